import { describe } from 'vitest';
import { VALID } from './config-folder.ts';
import { type Mistake, testMistakes } from './one-mistake.ts';

const METER = 'customers[0].supply_points[0].meters[0]';
const ADDRESS = 'modbus-tcp://192.0.2.1:502/1';
const TOPIC = 'mqtt://main/site/m2';
const SECOND_METER = '          - id: m2';

describe('a configuration with one mistake in a customer', () => {
  testMistakes({
    'unknown key of a meter': {
      replace: ['            model: sdm630', '            model: sdm630\n            modell: x # <--'],
      path: `${METER}.modell`,
      message:
        'expected one of id, model, connection, poll_interval, ct_ratio, pt_ratio, function_code, timeout, retries,',
    },
    'function code that writes': {
      replace: ['            model: sdm630', '            model: sdm630\n            function_code: 6 # <--'],
      path: `${METER}.function_code`,
      message: 'expected 3 (holding registers) or 4 (input registers), found "6"',
    },
    'retries of a meter beyond the most': {
      replace: ['            model: sdm630', '            model: sdm630\n            retries: 50 # <--'],
      path: `${METER}.retries`,
      message: 'expected',
    },
    'pause of a meter without a unit': {
      replace: ['            model: sdm630', '            model: sdm630\n            pause_after_connect: 100 # <--'],
      path: `${METER}.pause_after_connect`,
      message: 'expected a duration such as 250ms, 10s, 5m, 2h or 30d, found "100"',
    },
    'empty list': {
      replace: [VALID.slice(VALID.indexOf('        meters:')), '        meters: [] # <--\n'],
      path: 'customers[0].supply_points[0].meters',
      message: 'expected at least 1 entry, found a list',
    },
    'word where a number is expected': {
      replace: ['nominal_kv: 10', 'nominal_kv: abc # <--'],
      path: 'customers[0].supply_points[0].nominal_kv',
      message: 'expected a number, found "abc"',
    },
    'number with its unit': {
      replace: ['nominal_kv: 10', 'nominal_kv: 10 kV # <--'],
      path: 'customers[0].supply_points[0].nominal_kv',
      message: 'expected a number, found "10 kV"',
    },
    'nominal voltage of zero': {
      replace: ['nominal_kv: 10', 'nominal_kv: 0 # <--'],
      path: 'customers[0].supply_points[0].nominal_kv',
      message: 'expected the nominal voltage in kV, above 0 and at most 1000, found "0"',
    },
    'nominal voltage in volts': {
      replace: ['nominal_kv: 10', 'nominal_kv: 10000 # <--'],
      path: 'customers[0].supply_points[0].nominal_kv',
      message: 'expected the nominal voltage in kV, above 0 and at most 1000, found "10000"',
    },
    'negative capacity': {
      replace: ['        feeder: F12', '        feeder: F12\n        contract_kva: -1 # <--'],
      path: 'customers[0].supply_points[0].contract_kva',
      message: 'expected more than 0, found "-1"',
    },
    'ratio of zero': {
      replace: ['            model: sdm630', '            model: sdm630\n            ct_ratio: 0 # <--'],
      path: `${METER}.ct_ratio`,
      message: 'expected more than 0, found "0"',
    },
    'poll interval below 200 ms': {
      replace: ['            model: sdm630', '            model: sdm630\n            poll_interval: 199ms # <--'],
      path: `${METER}.poll_interval`,
      message: 'expected a poll interval from 200ms to 1h, found "199ms"',
    },
    'unknown class': {
      replace: ['class: special', 'class: vip # <--'],
      path: 'customers[0].class',
      message: 'expected one of special, first, second, temporary, found "vip"',
    },
    'id with a space': {
      replace: ['  - id: c01\n', '  - id: c 01 # <--\n'],
      path: 'customers[0].id',
      message: "expected an id of letters, digits, '-', '_' and '.', found \"c 01\"",
    },
    'number without end': {
      replace: ['nominal_kv: 10', 'nominal_kv: .inf # <--'],
      path: 'customers[0].supply_points[0].nominal_kv',
      message: 'expected a number, found ".inf"',
    },
    'meter twice': {
      replace: ['id: m2', 'id: m1 # <--'],
      path: 'customers[0].supply_points[0].meters[1].id',
      message: 'expected an id of its own, found "m1" as on line 26',
    },
    'unknown account manager': {
      replace: ['account_manager: li\n', 'account_manager: chen # <--\n'],
      path: 'customers[0].account_manager',
      message: 'expected the id of a person in the section people, found "chen"',
    },
    'grid engineer as account manager': {
      replace: ['account_manager: li\n', 'account_manager: duty # <--\n'],
      path: 'customers[0].account_manager',
      message: 'expected a person with the role account_manager, found "duty" with grid_engineer',
    },
    'unknown model': {
      replace: ['model: sdm630', 'model: sdm360 # <--'],
      path: `${METER}.model`,
      message: 'expected a known model (abb-b23, ',
    },
    'MQTT model on a Modbus line': {
      replace: [
        `model: sdm630\n            connection: ${ADDRESS}`,
        `model: plain-json\n            connection: ${ADDRESS} # <--`,
      ],
      path: `${METER}.connection`,
      message: 'expected mqtt://... for the model plain-json, found modbus-tcp://',
    },
    'Modbus model on a broker': {
      replace: [
        `model: plain-json\n            connection: ${TOPIC}`,
        `model: pac4200\n            connection: ${TOPIC} # <--`,
      ],
      path: 'customers[0].supply_points[0].meters[1].connection',
      message: 'expected a Modbus connection (modbus-tcp://..., for example) for the model pac4200, found mqtt://',
    },
    'two meters with one Modbus address': {
      replace: [SECOND_METER, meter('m3', `${ADDRESS} # <--`)],
      path: 'customers[0].supply_points[0].meters[1].connection',
      message: 'expected an address of its own, found "modbus-tcp://192.0.2.1:502/1" as on line 28',
    },
    'TCP and RTU frames on one port': {
      replace: [SECOND_METER, meter('m3', 'rtu-over-tcp://192.0.2.1:502/2 # <--')],
      path: 'customers[0].supply_points[0].meters[1].connection',
      message: 'expected modbus-tcp as on line 28 for 192.0.2.1:502, found rtu-over-tcp',
    },
    'two meters on one topic': {
      replace: [TOPIC, `${TOPIC}\n          - { id: m3, model: plain-json, connection: ${TOPIC} } # <--`],
      path: 'customers[0].supply_points[0].meters[2].connection',
      message: 'expected an address of its own, found "mqtt://main/site/m2" as on line 31',
    },
    'unknown broker': {
      replace: ['mqtt://main/site/m2', 'mqtt://mian/site/m2 # <--'],
      path: 'customers[0].supply_points[0].meters[1].connection',
      message: 'expected the id of a broker in the section mqtt, found "mian"',
    },
    'connection of another protocol': connection(
      'http://192.0.2.1:502/1',
      'modbus-tcp://HOST:PORT/UNIT, rtu-over-tcp://HOST:PORT/UNIT, rtu-serial:///dev/PORT/UNIT, ' +
        'tcp-listen://HOST:PORT/UNIT, rtu-listen://HOST:PORT/UNIT or mqtt://BROKER/TOPIC',
    ),
    'connection without a unit': connection(
      'modbus-tcp://192.0.2.1:502',
      'modbus-tcp://HOST:PORT/UNIT (an IPv6 host in brackets)',
    ),
    'connection to a bare IPv6 host': connection(
      'modbus-tcp://2001:db8::1:502/1',
      'modbus-tcp://HOST:PORT/UNIT (an IPv6 host in brackets)',
    ),
    'connection to an impossible IPv4 host': connection(
      'modbus-tcp://192.0.2.256:502/1',
      'a host name, an IPv4 address or an IPv6 address in brackets',
    ),
    'connection to an impossible IPv6 host': connection(
      'rtu-over-tcp://[2001:db8:::1]:502/1',
      'a host name, an IPv4 address or an IPv6 address in brackets',
    ),
    'connection to port 0': connection('modbus-tcp://192.0.2.1:0/1', 'a port from 1 to 65535'),
    'connection to port 65536': connection('modbus-tcp://192.0.2.1:65536/1', 'a port from 1 to 65535'),
    'connection to unit 256': connection('modbus-tcp://192.0.2.1:502/256', 'a unit from 0 to 255'),
    'connection without a topic': connection('mqtt://main', 'mqtt://BROKER/TOPIC'),
    'connection to a wildcard': connection(
      'mqtt://main/site/+/meter',
      "the meter's own topic, without the wildcards + and #",
    ),
  });
});

function meter(id: string, connection: string): string {
  return `          - id: ${id}\n            model: sdm630\n            connection: ${connection}\n${SECOND_METER}`;
}

function connection(address: string, expected: string): Mistake {
  return {
    replace: [ADDRESS, `${address} # <--`],
    path: `${METER}.connection`,
    message: `expected ${expected}, found "${address}"`,
  };
}
