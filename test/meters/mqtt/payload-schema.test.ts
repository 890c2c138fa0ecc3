import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { connectionProblem } from '../../../src/meters/model.ts';
import { payloadFile } from '../../../src/meters/mqtt/payload-schema.ts';
import { interpreterOf, ownModel, packet, readingIn } from './dialects.ts';

const HEAD = `
id: own
name: Own meter
source: Own document
transport: mqtt
`;

const JSON_MODEL = `format: json
topics: ['{meter}']
`;

/** Every problem of a file, as 'path: what was expected'. */
function problemsOf(text: string): readonly string[] {
  const { error } = payloadFile.safeParse(parse(HEAD + text));
  return (error?.issues ?? []).flatMap((issue) => {
    const path = issue.path.join('.');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${[...issue.path, key].join('.')}: unknown`);
    // In a record, the key's own complaint says more than that it is invalid.
    return (issue.code === 'invalid_key' ? issue.issues : [issue]).map(({ message }) => `${path}: ${message}`);
  });
}

describe('a payload mapping', () => {
  it.each([
    ['an unknown key', `${JSON_MODEL}quantities: '{quantity}'\nvalue: {}`, 'value: unknown'],
    [
      'an unknown key in a value',
      `${JSON_MODEL}values: { frequency: { path: f, scal: 2 } }`,
      'values.frequency.scal: unknown',
    ],
    [
      'an unknown format',
      "format: xml\ntopics: ['a']\nquantities: '{quantity}'",
      'format: expected one of json, text, influx, sparkplug',
    ],
    ['no topic', "format: json\nquantities: '{quantity}'", ': expected topics'],
    [
      'no topic in one message',
      "format: json\nquantities: '{quantity}'\nmessages: [{ topics: [a] }, {}]",
      'messages.1: expected topics',
    ],
    ['nothing to read', JSON_MODEL, ': expected quantities, values or events'],
    [
      'a wildcard',
      "format: json\ntopics: ['{meter}/+']\nquantities: '{quantity}'",
      'topics.0: expected {name} in place of the wildcards + and #',
    ],
    [
      'a name in part of a level',
      "format: json\ntopics: ['a/em{x}']\nquantities: '{quantity}'",
      /^topics\.0: expected each \{name\} but the meter's own to be a whole level/,
    ],
    [
      'a topic that every meter would hear',
      "format: json\ntopics: ['gw/{metr}/data']\nquantities: '{quantity}'",
      'topics.0: expected {meter} in the topic, or every meter would hear the same messages; {metr} is filled by nothing',
    ],
    [
      'a topic without a name in one of its messages',
      "format: json\nquantities: '{quantity}'\nmessages: [{ topics: ['{meter}'] }, { topics: ['{meter}/a', gw] }]",
      'messages.1.topics.1: expected {meter} in the topic, or every meter would hear the same messages',
    ],
    [
      'a topic without any of the names of its own',
      "format: json\nmeter: [box, port]\ntopics: ['gw/{meter}']\nquantities: '{quantity}'",
      /^topics\.0: expected \{box\} or \{port\} in the topic, .*; \{meter\} is filled by nothing/,
    ],
    [
      'a quantity that there is none of',
      `${JSON_MODEL}values: { volts: u }`,
      /^values.*expected a quantity such as voltage_l1_n/,
    ],
    [
      'a path that is none',
      `${JSON_MODEL}values: { frequency: 'a[' }`,
      /^values\.frequency\.path: expected a path such as/,
    ],
    [
      'a scale of 0',
      `${JSON_MODEL}values: { frequency: { path: f, scale: 0 } }`,
      'values.frequency.scale: expected not 0',
    ],
    [
      'a unit of something else',
      `${JSON_MODEL}values: { frequency: { path: f, unit: kW } }`,
      'values.frequency.unit: expected a unit of Hz, with or without prefix',
    ],
    [
      'both scale and unit',
      `${JSON_MODEL}values: { frequency: { path: f, unit: Hz, scale: 2 } }`,
      'values.frequency: expected scale or unit, not both',
    ],
    [
      'a template without the quantity',
      `${JSON_MODEL}quantities: values`,
      'quantities.0: expected {quantity} in the path',
    ],
    [
      'a time format',
      `${JSON_MODEL}quantities: '{quantity}'\ntime: { path: t, format: unix }`,
      /^time\.format: expected one of auto, iso/,
    ],
    [
      'a time zone',
      `${JSON_MODEL}quantities: '{quantity}'\ntime: { path: t, zone: Mars/Olympus }`,
      /^time\.zone: expected site/,
    ],
    [
      'a condition without comparison',
      `${JSON_MODEL}quantities: '{quantity}'\nwhen: [{ path: a }]`,
      'when.0: expected is, not, contains or present beside the path',
    ],
    ['a duration', `${JSON_MODEL}quantities: '{quantity}'\nhold: 60`, /^hold: expected a duration/],
    ['a hold of days', `${JSON_MODEL}quantities: '{quantity}'\nhold: 2h`, 'hold: expected at most 1h'],
    ['a long gathering', `${JSON_MODEL}quantities: '{quantity}'\ngather: 11s`, 'gather: expected at most 10s'],
    ['an event of no kind', `${JSON_MODEL}events: [{ kind: flicker }]`, /^events\.0\.kind: expected one of dip, swell/],
    [
      'a text without a name',
      "format: text\ntopics: ['{meter}/{a}']\nquantities: '{quantity}'",
      ': expected value_name: what the value of a message is called',
    ],
    [
      'a name that the topic does not have',
      "format: text\ntopics: ['{meter}/{a}']\nvalue_name: '{b}'\nquantities: '{quantity}'",
      /^value_name: expected names from the topic/,
    ],
    [
      'a path in place of a name',
      "format: text\ntopics: ['{meter}/{a}']\nvalue_name: '{a}'\nvalues: { frequency: a.b }",
      /^values\.frequency: expected a name/,
    ],
    [
      'a fault that would be of every meter',
      "format: json\nmeter: []\nquantities: '{quantity}'\nmessages: [{ topics: ['gw/{sn}/data'] }, { topics: ['gw/{sn}/online'], fault: { is: 'no' } }]",
      'messages.1.fault: expected a name in `meter` that the topic has: with `meter: []` each word of fault would be for every meter',
    ],
    [
      'topics of Sparkplug',
      "format: sparkplug\ntopics: [a]\nquantities: '{quantity}'",
      'topics: expected nothing here: Sparkplug B says it itself',
    ],
  ])('with %s is refused', (_, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toEqual(
      expect.arrayContaining([expect.stringMatching(typeof expected === 'string' ? exactly(expected) : expected)]),
    );
  });

  it('has every problem found at once', () => {
    expect(
      problemsOf(`${JSON_MODEL}values: { frequency: { path: f, unit: kW }, current_l1: { path: i, unit: V } }`),
    ).toHaveLength(2);
  });

  it('whose topics do not name the meter goes by the fields of the connection alone', () => {
    const model = ownModel(
      "format: json\nmeter: []\ntopics: ['gw/{line}/data']\npartial: true\nquantities: '{quantity}'",
    );
    const ears = ['1', '2'].map((sn) => ({ topic: 'gw', select: { sn } }));
    const interpreter = interpreterOf(model, ...ears);
    const said = interpreter.hear(packet('gw/7/data', { sn: '2', frequency: 50.01 }));
    expect(readingIn(said)).toMatchObject({ meter: 'm2', values: { frequency: 50.01 } });
    expect(connectionProblem(model, 'gw', { sn: '1' })).toBeUndefined();
    for (const select of [undefined, {}]) {
      expect(connectionProblem(model, 'gw', select)).toMatch(
        /^expected mqtt:\/\/BROKER\/TOPIC\?FIELD=VALUE, a field that/,
      );
    }
    expect(() => interpreterOf(model, { topic: 'gw' })).toThrow('Meter m1: expected mqtt://BROKER/TOPIC?FIELD=VALUE');
  });

  it('lends what stands beside the messages to each of them', () => {
    const model = ownModel(`
format: json
time: t
values: { frequency: f }
messages:
  - topics: ['{meter}/a']
  - topics: ['{meter}/b']
    values: { frequency: { path: hz, offset: 50, scale: 0.001 } }
`);
    const interpreter = interpreterOf(model, { topic: 'x' });
    expect(readingIn(interpreter.hear(packet('x/a', { f: 50.01 }))).values).toEqual({ frequency: 50.01 });
    expect(readingIn(interpreter.hear(packet('x/b', { hz: -20 }))).values).toEqual({ frequency: 49.98 });
  });
});

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
