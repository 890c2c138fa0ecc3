import { describe, expect, it } from 'vitest';
import { ConfigFolder, VALID } from './config-folder.ts';

/** A mapping of one gateway's messages. */
function mapping(id: string, topics: string, more = ''): string {
  return `id: ${id}\nname: ${id}\nsource: test\ntransport: mqtt\nformat: json\n${more}topics: [${topics}]\nquantities: '{quantity}'\n`;
}

/** What is told of meters with these models and connections, and of nothing else. */
function told(meters: readonly (readonly [model: string, connection: string])[], ...models: readonly string[]) {
  const entries = meters.map(
    ([model, connection], index) => `          - { id: n${index}, model: ${model}, connection: '${connection}' }\n`,
  );
  const folder = new ConfigFolder({
    'pq-butler.yaml': `models_dir: models\n${VALID}${entries.join('')}`,
    'models/own.yaml': mapping('own', "'own/{meter}'"),
    ...Object.fromEntries(models.map((text, index) => [`models/own${index}.yaml`, text])),
  });
  return folder.told();
}

const FIRST_LINE = VALID.split('\n').length + 1;

/** The one problem, of the second of two meters. */
function ofSecond(found: string): string[] {
  const path = 'customers[0].supply_points[0].meters[3].connection';
  return [`pq-butler.yaml:${FIRST_LINE + 1}  ${path}: expected an address of its own, found ${found}`];
}

describe('one topic name of two meters', () => {
  const A = mapping('a', "'gw/{meter}/line1'");
  const SAME = `"mqtt://main/box" as on line ${FIRST_LINE}`;

  it.each([
    ['sub-topics of their own', "'gw/{meter}/line2'"],
    ['levels more', "'gw/{meter}/line1/more'"],
    ['a wildcard that takes other levels', "'gw/{meter}/{line}/more'"],
    ['a name that is a part of a level', "'gw/{meter}/line1-{meter}'"],
    ['topics of the broker itself', "'$gw/{meter}/line1'"],
  ])('is right with %s', (_, topics) => {
    expect(
      told(
        [
          ['a', 'mqtt://main/box'],
          ['b', 'mqtt://main/box'],
        ],
        A,
        mapping('b', topics),
      ),
    ).toEqual([]);
  });

  it.each([
    ['the same topic', "'gw/{meter}/line1'", 'gw/box/line1'],
    ['one of several topics', "'gw/{meter}/x', 'gw/{meter}/line1'", 'gw/box/line1'],
    ['a wildcard', "'gw/{meter}/{line}'", 'gw/box/line1'],
    ['a wildcard at the beginning', "'{site}/{meter}/line1'", 'gw/box/line1'],
  ])('is wrong with %s', (_, topics, topic) => {
    expect(
      told(
        [
          ['a', 'mqtt://main/box'],
          ['b', 'mqtt://main/box'],
        ],
        A,
        mapping('b', topics),
      ),
    ).toEqual(ofSecond(`${SAME}: b and a would both hear ${topic}`));
  });

  it('is wrong with one mapping, and right where the query tells them apart', () => {
    expect(
      told(
        [
          ['a', 'mqtt://main/box'],
          ['a', 'mqtt://main/box'],
        ],
        A,
      ),
    ).toEqual(ofSecond(SAME));
    expect(
      told(
        [
          ['a', 'mqtt://main/box?b=2&a=1'],
          ['a', 'mqtt://main/box?a=1&b=2'],
        ],
        A,
      ),
    ).toEqual(ofSecond(`"mqtt://main/box?a=1&b=2" as on line ${FIRST_LINE}`));
    expect(
      told(
        [
          ['a', 'mqtt://main/box?a=1'],
          ['a', 'mqtt://main/box?a=2'],
        ],
        A,
      ),
    ).toEqual([]);
  });

  it('may be one in words of fault, which are for all that is behind a gateway', () => {
    const withFault = (id: string, line: string) =>
      `${mapping(id, `'gw/{meter}/${line}'`)}messages: [{}, { topics: ['gw/{meter}/online'], fault: { is: 'no' } }]\n`;
    expect(
      told(
        [
          ['a', 'mqtt://main/box'],
          ['b', 'mqtt://main/box'],
        ],
        withFault('a', 'line1'),
        withFault('b', 'line2'),
      ),
    ).toEqual([]);
  });

  it('is told of every meter beyond the first that hears the same', () => {
    const problems = told(
      [
        ['a', 'mqtt://main/box'],
        ['b', 'mqtt://main/box'],
        ['c', 'mqtt://main/box'],
      ],
      A,
      mapping('b', "'gw/{meter}/line2'"),
      mapping('c', "'gw/{meter}/{line}'"),
    );
    expect(problems).toEqual([expect.stringContaining('meters[4].connection')]);
  });

  it('of Sparkplug is one device, and its node is another meter', () => {
    const other = `id: own-sparkplug\nname: X\nsource: test\ntransport: mqtt\nformat: sparkplug\nquantities: '{quantity}'\n`;
    const device = 'mqtt://main/g/e/d';
    expect(
      told(
        [
          ['sparkplug-b', device],
          ['own-sparkplug', device],
        ],
        other,
      ),
    ).toEqual([expect.stringContaining('own-sparkplug and sparkplug-b would both hear spBv1.0/g/+/e/#')]);
    expect(
      told([
        ['sparkplug-b', device],
        ['sparkplug-b', 'mqtt://main/g/e'],
      ]),
    ).toEqual([]);
  });
});

it('the same unit of a line is one meter, whatever its model is', () => {
  const line = 'rtu-listen://:5020/1?registration=';
  expect(
    told([
      ['sdm630', `${line}A`],
      ['sdm120', `${line}B`],
    ]),
  ).toEqual([]);
  expect(
    told([
      ['sdm630', `${line}A`],
      ['sdm120', `${line}A`],
    ]),
  ).toEqual(ofSecond(`"rtu-listen://:5020?registration=A/1" as on line ${FIRST_LINE}`));
  const [port, slow] = ['rtu-serial:///dev/ttyUSB0/1?baud=19200', 'rtu-serial:///dev/ttyUSB0/1'];
  expect(
    told([
      ['sdm630', port],
      ['sdm630', slow],
    ]),
  ).toContain(ofSecond(`"rtu-serial:///dev/ttyUSB0/1" as on line ${FIRST_LINE}`)[0]);
});
