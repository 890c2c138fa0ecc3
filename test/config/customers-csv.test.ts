import { describe, expect, it } from 'vitest';
import { ConfigFolder, HEADER, VALID, withCustomersFile } from './config-folder.ts';

const FIRST = 'c01,Customer 01,special,steel,li,c01-a,,10,F12,East,,,m1,sdm630,modbus-tcp://192.0.2.1:502/1,,,';
const SECOND = 'c01,Customer 01,special,steel,li,c01-a,,10,F12,East,,,m2,plain-json,mqtt://main/site/m2,,,';

const COMMAS = 'customers.csv:1  expected columns separated by commas';

function folder(csv: string | Uint8Array): ConfigFolder {
  return new ConfigFolder({ 'pq-butler.yaml': withCustomersFile('customers.csv'), 'customers.csv': csv });
}

function table(...rows: string[]): string {
  return [HEADER, ...rows, ''].join('\n');
}

/** FIRST with one cell replaced. */
function row(column: string, cell: string, base = FIRST): string {
  const columns = HEADER.split(',');
  const index = columns.indexOf(column);
  if (index < 0) throw new Error(`no such column: ${column}`);
  return base.split(',').with(index, cell).join(',');
}

describe('a table of customers', () => {
  it('says the same as YAML', () => {
    const inline = new ConfigFolder({ 'pq-butler.yaml': VALID }).config();

    expect(folder(table(FIRST, SECOND)).config().customers).toEqual(inline.customers);
  });

  it.each([
    ['with a byte order mark', `\ufeff${table(FIRST, SECOND)}`],
    ['with Windows line ends', table(FIRST, SECOND).replaceAll('\n', '\r\n')],
    ['with empty lines and spaces', table('', FIRST.replaceAll(',', ' , '), '', SECOND)],
    ['with rows of empty cells', table(','.repeat(17), FIRST, ' ,,', SECOND, `"",${','.repeat(16)}`)],
    ['with quotes', table(FIRST.replace(/[^,]+/g, '"$&"'), SECOND)],
    ['without a last line end', table(FIRST, SECOND).trimEnd()],
  ])('may be written %s', (_name, csv) => {
    const plain = folder(table(FIRST, SECOND)).config();

    expect(folder(csv).config().customers).toEqual(plain.customers);
  });

  it('may say how a meter is asked, as YAML may', () => {
    const keys = {
      function_code: '4',
      timeout: '2s',
      retries: '1',
      max_block: '50',
      max_gap: '0',
      pause_after_connect: '100ms',
      pause_between_requests: '20ms',
      close_after_poll: 'true',
      slow_interval: '5m',
    };
    const csv = `${HEADER},${Object.keys(keys).join(',')}\n${FIRST},${Object.values(keys).join(',')}\n${SECOND}${','.repeat(9)}`;
    const pairs = Object.entries(keys).map(([key, value]) => `            ${key}: ${value}\n`);
    const inline = VALID.replace(/(connection: modbus-tcp.*\n)/, `$1${pairs.join('')}`);

    const { customers } = folder(csv).config();

    expect(customers[0]?.supplyPoints[0]?.meters.map(({ tuning }) => tuning)).toEqual([
      {
        functionCode: 4,
        timeout: 2_000,
        retries: 1,
        maxBlock: 50,
        maxGap: 0,
        pauseAfterConnect: 100,
        pauseBetweenRequests: 20,
        closeAfterPoll: true,
        slowInterval: 300_000,
      },
      undefined,
    ]);
    expect(customers).toEqual(new ConfigFolder({ 'pq-butler.yaml': inline }).config().customers);
  });

  it('may be named in capitals', () => {
    const files = { 'pq-butler.yaml': withCustomersFile('C.CSV'), 'C.CSV': table(FIRST, SECOND) };

    expect(new ConfigFolder(files).told()).toEqual([]);
  });

  it('may have its columns in any order, and no optional ones', () => {
    const csv = [
      'meter,model,connection,customer,name,class,industry,account_manager,supply_point,nominal_kv,feeder,substation',
      'm1,sdm630,modbus-tcp://192.0.2.1:502/1,c01,Customer 01,special,steel,li,c01-a,10,F12,East',
      'm2,plain-json,mqtt://main/site/m2,c01,Customer 01,special,steel,li,c01-a,10,F12,East',
    ];

    expect(folder(csv.join('\n')).config().customers).toEqual(folder(table(FIRST, SECOND)).config().customers);
  });

  it('may have the rows of a customer apart, and keeps numbers, names and intervals', () => {
    const other = row('customer', 'c02', row('supply_point', 'c02-a', row('meter', 'm3', FIRST))).replace('.1:', '.2:');
    const point = [
      ['nominal_kv', '0.38'],
      ['contract_kva', '630.5'],
      ['poll_interval', '500ms'],
      ['ct_ratio', '80'],
      ['pt_ratio', '1e1'],
      ['supply_point', 'c01-b'],
      ['supply_point_name', '"Hall, east"'],
    ].reduce((line, [column = '', cell = '']) => row(column, cell, line), SECOND);

    const [first, second] = folder(table(FIRST, other, point)).config().customers;

    expect(first?.supplyPoints.map(({ id }) => id)).toEqual(['c01-a', 'c01-b']);
    expect(first?.supplyPoints[1]).toMatchObject({
      name: 'Hall, east',
      nominalKv: 0.38,
      contractKva: 630.5,
      meters: [{ id: 'm2', pollInterval: 500, ctRatio: 80, ptRatio: 10 }],
    });
    expect(second?.id).toBe('c02');
  });

  it('takes text as text, even of digits', () => {
    expect(folder(table(row('feeder', '012'))).config().customers[0]?.supplyPoints[0]?.feeder).toBe('012');
  });
});

describe('a table of customers with a mistake', () => {
  it.each([
    ['nominal_kv', 'high', 'expected a number, found "high"'],
    ['nominal_kv', '', 'expected a number, found nothing'],
    ['nominal_kv', '10 kV', 'expected a number, found "10 kV"'],
    ['nominal_kv', '-10', 'expected the nominal voltage in kV, above 0 and at most 1000, found "-10"'],
    ['contract_kva', '8 000', 'expected a number, found "8 000"'],
    ['transformer_kva', '0', 'expected more than 0, found "0"'],
    ['ct_ratio', '400/5', 'expected a number, found "400/5"'],
    ['class', 'VIP', 'expected one of special, first, second, temporary, found "VIP"'],
    ['poll_interval', '10', 'expected a duration such as 250ms, 10s, 5m, 2h or 30d, found "10"'],
    ['poll_interval', '100ms', 'expected a poll interval from 200ms to 1h, found "100ms"'],
    ['connection', '192.0.2.1', 'expected modbus-tcp://HOST:PORT/UNIT, rtu-over-tcp://'],
    [
      'connection',
      'mqtt://other/x',
      'expected a Modbus connection (modbus-tcp://..., for example) for the model sdm630',
    ],
    ['model', 'sdm', 'expected a known model (abb-b23, '],
    ['account_manager', 'chen', 'expected the id of a person in the section people, found "chen"'],
    ['account_manager', '', 'expected text, found nothing'],
    ['name', '', 'expected text, found nothing'],
    ['customer', 'c 01', "expected an id of letters, digits, '-', '_' and '.', found \"c 01\""],
    ['customer', '', 'expected an id, found nothing'],
    ['supply_point', '', 'expected an id, found nothing'],
    ['meter', '', 'expected an id, found nothing'],
  ])('in the column %s: %j', (column, cell, expected) => {
    const good = row('customer', 'c09', row('supply_point', 'c09-a', SECOND));

    const problems = folder(table(good, '', row(column, cell))).told();

    expect(problems).toContainEqual(expect.stringContaining(`customers.csv:4  ${column}: ${expected}`));
    expect(problems.filter((problem) => !problem.startsWith(`customers.csv:4  ${column}: `))).toEqual([]);
  });

  it.each([
    ['name', 'Customer 1', 'expected "Customer 01" as for c01 on line 2, found "Customer 1"'],
    ['account_manager', 'duty', 'expected "li" as for c01 on line 2, found "duty"'],
    ['nominal_kv', '0.38', 'expected "10" as for c01-a on line 2, found "0.38"'],
    ['contract_kva', '500', 'expected nothing as for c01-a on line 2, found "500"'],
    ['feeder', '', 'expected "F12" as for c01-a on line 2, found nothing'],
  ])('rows that disagree in the column %s', (column, cell, expected) => {
    expect(folder(table(FIRST, row(column, cell, SECOND))).told()).toEqual([`customers.csv:3  ${column}: ${expected}`]);
  });

  it('a meter twice, an address twice, a supply point of two customers', () => {
    const other = row('customer', 'c02', FIRST);

    expect(folder(table(FIRST, other)).told()).toEqual([
      'customers.csv:3  supply_point: expected an id of its own, found "c01-a" as on line 2',
      'customers.csv:3  meter: expected an id of its own, found "m1" as on line 2',
      expect.stringContaining('customers.csv:3  connection: expected an address of its own'),
    ]);
  });

  it('a row of another length', () => {
    expect(folder(table(FIRST, `${SECOND},`, 'c01,Customer 01')).told()).toEqual([
      'customers.csv:3  expected 18 cells as in the header, found 19',
      'customers.csv:4  expected 18 cells as in the header, found 2',
    ]);
  });

  it('lines are counted through quoted line breaks', () => {
    const broken = row('class', 'vip', row('meter', 'm2', FIRST.replace('.1:', '.2:').replaceAll('c01', 'c02')));

    expect(folder(table(row('name', '"Customer\n01"', row('class', 'x')), broken)).told()).toEqual([
      expect.stringContaining('customers.csv:2  class: expected one of special'),
      expect.stringContaining('customers.csv:4  class: expected one of special'),
    ]);
  });

  it('unknown, repeated and missing columns, all at once', () => {
    const header = HEADER.replace('feeder', 'feder').replace('pt_ratio', 'ct_ratio').replace('meter,', '');

    expect(folder(`${header}\n`).told()).toEqual([
      expect.stringContaining('customers.csv:1  feder: expected one of customer, name, class,'),
      'customers.csv:1  ct_ratio: expected every column once, found it a second time',
      'customers.csv:1  feeder: expected this column, found it missing',
      'customers.csv:1  meter: expected this column, found it missing',
      'customers.csv:1  expected rows below the header, found none',
    ]);
  });

  it.each([
    ['an empty file', '', 'customers.csv:1  expected the columns customer,name,'],
    ['the header alone', `${HEADER}\n`, 'customers.csv:1  expected rows below the header, found none'],
    ['semicolons', table(FIRST).replaceAll(',', ';'), `${COMMAS}, found semicolons`],
    ['tabs', table(FIRST, SECOND).replaceAll(',', '\t'), `${COMMAS}, found tabs`],
    [
      'tabs between quotes',
      table(FIRST)
        .replace(/[^,\n]+/g, '"$&"')
        .replaceAll(',', '\t'),
      `${COMMAS}, found tabs`,
    ],
    ['tabs and a header alone', HEADER.replaceAll(',', '\t'), `${COMMAS}, found tabs`],
    ['an open quote', table(FIRST, `"${SECOND}`), 'customers.csv:'],
    ['a quote within a cell', table(FIRST, row('name', 'a"b"', SECOND)), 'customers.csv:3  expected comma-separated'],
  ])('%s', (_name, csv, expected) => {
    expect(folder(csv).told()).toEqual([expect.stringContaining(expected)]);
  });

  it('another encoding than UTF-8: the first such line is told', () => {
    const gbk = Buffer.from([0xb8, 0xd6, 0xb3, 0xa7]);
    const bytes = Buffer.concat([Buffer.from(`${HEADER}\nc01,`), gbk, Buffer.from(',special\n')]);

    expect(folder(bytes).told()).toEqual([expect.stringContaining('customers.csv:2  expected text in UTF-8, found')]);
  });

  it('a directory in place of the table', () => {
    const config = new ConfigFolder({ 'pq-butler.yaml': withCustomersFile('x.csv'), 'x.csv/file': '' });

    expect(config.told()).toEqual([
      'pq-butler.yaml:14  customers_file: expected a readable file, found a directory: x.csv',
    ]);
  });
});
