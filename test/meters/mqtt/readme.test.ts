import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { payloadFile } from '../../../src/meters/mqtt/payload-schema.ts';
import { interpreterOf, packet, readingIn } from './dialects.ts';

const TEXT = readFileSync(new URL('../../../config/payloads/README.md', import.meta.url), 'utf8');

function part(pattern: RegExp): string {
  const [, found] = pattern.exec(TEXT) ?? [];
  if (found === undefined) throw new Error(`The manual has no ${pattern}`);
  return found;
}

describe('the example in the manual of payload mappings', () => {
  const model = payloadFile.parse(parse(part(/```yaml\n(id: plant-box\n.*?)```/s)));
  const message = part(/^ {4}(\{"line": 2.*\})$/m);

  it('is understood as its table says', () => {
    const meter = { topic: part(/mqtt:\/\/main\/([^?`]*)\?line=2/), select: { line: '2' } };
    const { values, missing } = readingIn(interpreterOf(model, meter).hear(packet('plant/box-7/report', message)));
    const rows = [...TEXT.matchAll(/^(\w+) +([\d.]+) +\w+ +good$/gm)];
    expect(values).toEqual(Object.fromEntries(rows.map(([, name, value]) => [name, Number(value)])));
    expect(missing).toEqual({ frequency: 'not available' });
  });

  it('leaves the other line alone', () => {
    const interpreter = interpreterOf(model, { topic: 'box-7', select: { line: '1' } });
    expect(interpreter.hear(packet('plant/box-7/report', message)).readings).toEqual([]);
  });
});

describe('paths count from where the manual says:', () => {
  const own = (text: string) =>
    interpreterOf(
      payloadFile.parse({ ...parse(text), id: 'own', name: 'Own', source: 'Own', transport: 'mqtt', format: 'json' }),
      { topic: 'x' },
    );
  const said = (text: string, message: unknown) =>
    readingIn(own(`topics: ['{meter}']\n${text}`).hear(packet('x', message)));

  it('the quality of all values from the sample, that of one from the root', () => {
    const rules = (all: string, one: string) =>
      `root: d\nquality: [{ path: ${all}, is: 1, means: suspect }]\nvalues: { frequency: { path: f, quality: [{ path: ${one}, is: 1, means: suspect }] } }`;
    const message = { bad: 1, d: { f: 50, worse: 1 } };
    expect(said(rules('bad', 'none'), message).suspect).toMatchObject({ frequency: { value: 50 } });
    expect(said(rules('none', 'worse'), message).suspect).toMatchObject({ frequency: { value: 50 } });
    // Counted from the wrong place a path leads nowhere, and marks nothing.
    expect(said(rules('worse', 'bad'), message).values).toEqual({ frequency: 50 });
  });

  it('the time from the sample, and where it is not there from the message', () => {
    const time = Date.UTC(2026, 2, 1, 7, 59);
    const text = 'samples: list\ntime: { path: t, format: ms }\nvalues: { frequency: f }';
    expect(said(text, { t: time, list: [{ f: 50 }] }).time).toBe(time);
    expect(said(text, { t: time, list: [{ f: 50, t: time + 5_000 }] }).time).toBe(time + 5_000);
  });

  it('a list is no root, and what stands in it is found by paths', () => {
    const message = { pts: [{ tag: 'Ua', v: 230 }] };
    expect(said("values: { voltage_l1_n: 'pts[tag=Ua].v' }", message).values).toEqual({ voltage_l1_n: 230 });
    const inRoot = own("topics: ['{meter}']\npartial: true\nroot: pts\nvalues: { voltage_l1_n: v }");
    expect(inRoot.hear(packet('x', message)).readings).toEqual([]);
  });
});
