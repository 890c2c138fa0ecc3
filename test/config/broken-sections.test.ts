import { describe } from 'vitest';
import { VALID } from './config-folder.ts';
import { testMistakes } from './one-mistake.ts';

const PEOPLE = VALID.slice(VALID.indexOf('people:'), VALID.indexOf('customers:'));

describe('a configuration with one mistake in a section', () => {
  testMistakes({
    'unknown section': {
      replace: ['mail:', 'metres: 1 # <--\nmail:'],
      path: 'metres',
      message: 'expected one of site, data_dir, log, store, web, modbus, mqtt, mail,',
    },
    'unknown key in a section': {
      replace: ['  host: mail.example', '  host: mail.example\n  hots: x # <--'],
      path: 'mail.hots',
      message: 'expected one of host, port, secure, username, password, from, found an unknown key',
    },
    'missing key': {
      replace: ['site:\n  name: Test city', 'site: # <--'],
      path: 'site.name',
      message: 'expected text, found nothing',
    },
    'key without a value': {
      replace: ['name: Test city', 'name: # <--'],
      path: 'site.name',
      message: 'expected text, found nothing',
    },
    'blank text': {
      replace: ['name: Test city', 'name: "  " # <--'],
      path: 'site.name',
      message: 'expected some text, found "  "',
    },
    'unknown time zone': {
      replace: ['Asia/Shanghai', 'Asia/Shangai # <--'],
      path: 'site.time_zone',
      message: 'expected an IANA time zone such as Asia/Shanghai, found "Asia/Shangai"',
    },
    'time limit that no meter can keep': {
      replace: ['mail:', 'modbus:\n  timeout: 0ms # <--\nmail:'],
      path: 'modbus.timeout',
      message: 'expected 20ms to 1m',
    },
    'table without a row for a voltage that is used': {
      replace: ['mail:', 'rules:\n  overload:\n    limits: [{ up_to_kv: 1, limit: 100, clear_at: 95 }] # <--\nmail:'],
      path: 'rules.overload.limits',
      message: 'expected a row for',
    },
    'offset as time zone': {
      replace: ['Asia/Shanghai', '"+08:00" # <--'],
      path: 'site.time_zone',
      message: 'expected an IANA time zone',
    },
    'list in place of a section': {
      replace: ['mail:\n  host: mail.example\n  from: butler@grid.example', 'mail: # <--\n  - host: mail.example'],
      path: 'mail',
      message: 'expected a group of keys, found a list',
    },
    'section in place of a list': {
      replace: [PEOPLE, 'people: { id: li } # <--\n'],
      path: 'people',
      message: 'expected a list, found a group of keys',
    },
    'poll interval without a unit': {
      replace: ['mail:', 'poll_interval: 10 # <--\nmail:'],
      path: 'poll_interval',
      message: 'expected a duration such as 250ms, 10s, 5m, 2h or 30d, found "10"',
    },
    'no e-mail address': {
      replace: [
        '  - { id: li, name: Li, role: account_manager, email: li@grid.example, locale: zh-CN }',
        '  - { id: li, name: Li, role: account_manager, email: li, locale: zh-CN } # <--',
      ],
      path: 'people[0].email',
      message: 'expected an e-mail address, found "li"',
    },
    'sender without an address': {
      replace: ['from: butler@grid.example', 'from: abc # <--'],
      path: 'mail.from',
      message: 'expected an address such as butler@grid.example or pq-butler <butler@grid.example>, found "abc"',
    },
    'sender with a broken address behind a name': {
      replace: ['from: butler@grid.example', 'from: pq-butler <butler@> # <--'],
      path: 'mail.from',
      message: 'expected an address such as',
    },
    'sender whose bracket stays open': {
      replace: ['from: butler@grid.example', 'from: pq-butler <butler@grid.example # <--'],
      path: 'mail.from',
      message: 'expected an address such as',
    },
    'two senders': {
      replace: ['from: butler@grid.example', 'from: duty@grid.example, Butler <butler@grid.example> # <--'],
      path: 'mail.from',
      message: 'expected an address such as',
    },
    'mail user name without a password': {
      replace: ['mail:', 'mail: # <--\n  username: butler'],
      path: 'mail.password',
      message: 'expected a password beside the username, found none',
    },
    'mail password without a user name': {
      replace: ['mail:', 'mail: # <--\n  password: pass-word'],
      path: 'mail.username',
      message: 'expected a username beside the password, found none',
    },
    'broker user name without a password': {
      replace: ['    - id: main', '    - id: main # <--\n      username: butler'],
      path: 'mqtt.brokers[0].password',
      message: 'expected a password beside the username, found none',
    },
    'broker password without a user name': {
      replace: ['    - id: main', '    - id: main # <--\n      password: pass-word'],
      path: 'mqtt.brokers[0].username',
      message: 'expected a username beside the password, found none',
    },
    'unknown locale': {
      replace: ['locale: zh-CN }', 'locale: zh } # <--'],
      path: 'people[0].locale',
      message: 'expected one of zh-CN, en, found "zh"',
    },
    'unknown role': {
      replace: ['role: account_manager', 'role: manager # <--\n   '],
      path: 'people[0].role',
      message: 'expected one of account_manager, grid_engineer, found "manager"',
    },
    'port beyond the range': {
      replace: ['mail:', 'web: { port: 65536 } # <--\nmail:'],
      path: 'web.port',
      message: 'expected at most 65535, found "65536"',
    },
    'port with a fraction': {
      replace: ['  host: mail.example', '  host: mail.example\n  port: 2.5 # <--'],
      path: 'mail.port',
      message: 'expected a whole number, found "2.5"',
    },
    'word where true or false is expected': {
      replace: ['  host: mail.example', '  host: mail.example\n  secure: yes # <--'],
      path: 'mail.secure',
      message: 'expected true or false, found "yes"',
    },
    'time of day': {
      replace: ['mail:', 'summary: { at: "25:00" } # <--\nmail:'],
      path: 'summary.at',
      message: 'expected a time of day such as "07:30", found "25:00"',
    },
    'unknown store': {
      replace: ['mail:', 'store:\n  kind: influxdb # <--\nmail:'],
      path: 'store.kind',
      message: 'expected one of embedded, influx, found "influxdb"',
    },
    'store of no kind': {
      replace: ['mail:', 'store: {} # <--\nmail:'],
      path: 'store.kind',
      message: 'expected one of embedded, influx, found nothing',
    },
    'word in place of an entry': {
      replace: ['people:', 'people:\n  - hello # <--'],
      path: 'people[0]',
      message: 'expected a group of keys, found "hello"',
    },
    'key that every object has': {
      replace: ['mail:', 'constructor: 1 # <--\nmail:'],
      path: 'constructor',
      message: 'expected one of site,',
    },
    'unknown rule': {
      replace: ['mail:', 'rules:\n  over_load: {} # <--\nmail:'],
      path: 'rules.over_load',
      message: 'expected one of voltage_dip, phase_loss, voltage_deviation, voltage_unbalance, overload, meter_silent',
    },
    'wrong value in a rule': {
      replace: ['mail:', 'rules:\n  overload:\n    judged_on: 5m # <--\nmail:'],
      path: 'rules.overload.judged_on',
      message: 'expected one of reading, 1m, 10m, found "5m"',
    },
    'rule pack that is not there': {
      replace: ['mail:', 'standard: standards/none.yaml # <--\nmail:'],
      path: 'standard',
      message: 'expected a readable file, found no such file: standards/none.yaml',
    },
    'folder of models that is not there': {
      replace: ['mail:', 'models_dir: nowhere # <--\nmail:'],
      path: 'models_dir',
      message: 'expected a readable folder',
    },
    'customers file that is not there': {
      replace: [VALID.slice(VALID.indexOf('customers:')), 'customers_file: customers.csv # <--\n'],
      path: 'customers_file',
      message: 'expected a readable file, found no such file: customers.csv',
    },
    'customers both inline and in a file': {
      replace: ['mail:', 'customers_file: customers.csv # <--\nmail:'],
      path: 'customers_file',
      message: 'expected either customers_file or customers, found both',
    },
    'person twice': {
      replace: ['{ id: duty,', '{ id: li, # <--\n     '],
      path: 'people[1].id',
      message: 'expected an id of its own, found "li" as on line 12',
    },
    'broker twice': {
      replace: ['people:', '    - { id: main, url: mqtt://other.example:1883 } # <--\npeople:'],
      path: 'mqtt.brokers[1].id',
      message: 'expected an id of its own',
    },
    'broker under two ids': {
      replace: ['people:', '    - { id: other, url: mqtt://broker.example:1883 } # <--\npeople:'],
      path: 'mqtt.brokers[1].url',
      message: 'expected a broker of its own, found "mqtt://broker.example:1883" as on line 10',
    },
    'no grid engineer': {
      replace: [
        PEOPLE,
        'people: # <--\n  - { id: li, name: Li, role: account_manager, email: li@grid.example, locale: en }\n',
      ],
      path: 'people',
      message: 'expected at least one person with the role grid_engineer, found none',
    },
  });
});
