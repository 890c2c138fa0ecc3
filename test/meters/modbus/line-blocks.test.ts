import { describe, expect, it } from 'vitest';
import type { Fault } from '../../servers/modbus-server.ts';
import { shippedModels } from '../fixtures.ts';
import {
  INTERVAL,
  lineWith,
  log,
  MODEL,
  PAIRED,
  PROBE,
  pass,
  putMeter,
  putPaired,
  readings,
  register,
  round,
  rounds,
  server,
  warnings,
} from './line-bench.ts';

describe('a line', () => {
  it('keeps what could be read when a block is refused, names the block once, and asks for it rarely', async () => {
    server.putFloat(1, 4, 0, 230);
    lineWith([1]);
    await rounds(5, ['m1']);
    expect(readings).toHaveLength(5);
    expect(readings[0]).toMatchObject({ values: { voltage_l1_n: 230 }, missing: { frequency: 'not readable' } });
    expect(server.requests.filter(({ start }) => start === 70)).toHaveLength(1);
    expect(warnings()).toMatchObject([
      { fields: { meter: 'm1', functionCode: 4, register: 70, quantity: 'frequency' } },
    ]);
    server.putFloat(1, 4, 70, 50);
    pass(PROBE);
    await round(['m1']);
    expect(readings.at(-1)).toEqual(expect.not.objectContaining({ missing: expect.anything() }));
  });

  it('does not let a block that never answers cost the line a time-out each time', async () => {
    putMeter(1);
    server.fault = ({ start }) => (start === 70 ? { kind: 'silence' } : undefined);
    lineWith([1]);
    await rounds(8, ['m1']);
    expect(readings).toHaveLength(8);
    expect(server.requests.filter(({ start }) => start === 70)).toHaveLength(3);
    for (const { missing } of readings) expect(missing).toEqual({ frequency: 'not answered' });
  });

  it('says that a block was not answered, and not that it was refused, of all that it did not come to any more', async () => {
    server.putFloat(1, 4, 0, 230);
    server.fault = ({ start }) => (start === 0 ? undefined : { kind: 'silence' });
    const registers = [...MODEL.registers, register('current_l1', 30)];
    lineWith([1], { model: { ...MODEL, registers } });
    await round(['m1']);
    expect(server.requests.map(({ start }) => start)).toEqual([0, 30]);
    expect(readings[0]?.missing).toEqual({ current_l1: 'not answered', frequency: 'not answered' });
    // Once the meter refuses it, it is known that it does not have it, also while it is not asked for.
    server.fault = ({ start }) => (start === 0 ? undefined : { kind: 'exception', code: 2 });
    await rounds(2, ['m1']);
    expect(readings.at(-1)?.missing).toEqual({ current_l1: 'not readable', frequency: 'not readable' });
  });

  it.each<[string, Fault, string]>([
    ['has no function for', { kind: 'exception', code: 1 }, 'Meter does not give a block of registers'],
    ['is at fault over', { kind: 'exception', code: 4 }, 'A block of registers could not be read'],
    ['hangs up over', { kind: 'end' }, 'A block of registers could not be read'],
    ['does not answer to', { kind: 'silence' }, 'A block of registers could not be read'],
    ['answers with noise to', { kind: 'wrong unit' }, 'A block of registers could not be read'],
  ])('tells of a block what is true: the meter %s it', async (_, fault, message) => {
    putMeter(1);
    server.fault = ({ start }) => (start === 70 ? fault : undefined);
    lineWith([1]);
    await rounds(4, ['m1']);
    expect(warnings()).toMatchObject([{ fields: { meter: 'm1', register: 70, reason: expect.any(String) }, message }]);
  });

  it('asks a meter that refused everything while it started up for the same blocks as before', async () => {
    const model = shippedModels().get('sdm630');
    if (model?.transport !== 'modbus') throw new Error('no sdm630');
    server.put(1, 4, 0, Array<number>(80).fill(0));
    server.putFloat(1, 4, 70, 50);
    server.put(1, 4, 200, Array<number>(46).fill(0));
    lineWith([1], { model });
    const starts = () => server.requests.map(({ start }) => start);
    await round(['m1']);
    const before = starts();
    // The energies stand apart: they are read once a minute.
    expect(before).toEqual([0, 200, 52, 72]);

    server.fault = () => ({ kind: 'exception', code: 2 });
    await rounds(6, ['m1']);
    pass(PROBE);
    server.fault = () => undefined;
    server.requests.length = 0;
    await rounds(3, ['m1']);
    const fast = before.slice(0, 3);
    expect(starts()).toEqual([fast, fast, fast].flat());
    expect(readings.map(({ values }) => Object.keys(values).length)).toEqual([33, 29, 29, 29]);
    for (const { missing } of readings) expect(missing).toBeUndefined();
    expect(log.lines.map(({ message }) => message)).toEqual(['Meter gives no readings', 'Meter answers again']);
  });

  it('lets a block rest, whole, that the meter refuses for a while, and tells it once', async () => {
    putPaired(1);
    lineWith([1], { model: PAIRED });
    await round(['m1']);
    server.fault = ({ start }) => (start >= 70 ? { kind: 'exception', code: 3 } : undefined);
    await rounds(8, ['m1']);
    pass(PROBE);
    await round(['m1']);
    const ofBlock = () => server.requests.filter(({ start }) => start >= 70);
    // Once well, three times refused, and once after the rest.
    expect(ofBlock()).toHaveLength(5);
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        fields: {
          meter: 'm1',
          functionCode: 4,
          register: 70,
          count: 4,
          reason: expect.stringContaining('exception 3'),
        },
        message: 'Meter does not give a block of registers',
      },
    ]);
    server.fault = () => undefined;
    pass(PROBE);
    await round(['m1']);
    expect(readings).toHaveLength(11);
    expect(readings.at(-1)).toMatchObject({ values: { voltage_l1_n: 230, frequency: 50, thd_u_l1: 3.5 } });
    expect(new Set(ofBlock().map(({ start, count }) => `${start}+${count}`))).toEqual(new Set(['70+4']));
  });

  it('names the register that is gone from a block it had, once that is refused for longer than a minute', async () => {
    putPaired(1);
    lineWith([1], { model: PAIRED });
    await round(['m1']);
    server.fault = ({ start, count }) => (start + count > 72 ? { kind: 'exception', code: 2 } : undefined);
    await rounds(3, ['m1']);
    pass(60_000);
    await round(['m1']);
    await round(['m1']);
    await round(['m1']);
    expect(readings.at(-1)).toMatchObject({
      values: { voltage_l1_n: 230, frequency: 50 },
      missing: { thd_u_l1: 'not readable' },
    });
    expect(warnings()).toMatchObject([
      { fields: { register: 70, count: 4 }, message: 'Meter does not give a block of registers' },
      { fields: { register: 72, quantity: 'thd_u_l1' }, message: 'Meter does not have a register of its model' },
    ]);
  });

  it('asks for a block whole again that it had to split, ever more rarely, until the meter gives it', async () => {
    const MINUTE = 60_000;
    putPaired(1);
    let isStarting = true;
    server.fault = ({ start, count }) => {
      const isRefused = isStarting && start >= 70 && (count > 2 || start === 72);
      return isRefused ? { kind: 'exception', code: 2 } : undefined;
    };
    lineWith([1], { model: PAIRED });
    const wholes = () => server.requests.filter(({ start, count }) => start === 70 && count === 4).length;
    // After 5, 15 and 35 minutes: its pauses are 5, 10 and 20.
    const triedAt: number[] = [];
    for (let minute = 0; minute < 40; minute += 1) {
      const before = wholes();
      await round(['m1']);
      if (wholes() > before) triedAt.push(minute);
      pass(MINUTE - INTERVAL);
    }
    expect(triedAt).toEqual([0, 5, 15, 35]);
    for (const { values } of readings.slice(1)) expect(values).toMatchObject({ voltage_l1_n: 230, frequency: 50 });

    isStarting = false;
    pass(35 * MINUTE);
    server.requests.length = 0;
    await round(['m1']);
    await round(['m1']);
    expect(server.requests.map(({ start, count }) => [start, count])).toEqual([
      [0, 2],
      [70, 4],
      [0, 2],
      [70, 4],
    ]);
    expect(readings.at(-1)?.values).toMatchObject({ frequency: 50, thd_u_l1: 3.5 });
    expect(log.lines.at(-1)).toMatchObject({
      level: 'info',
      fields: { meter: 'm1', register: 70, count: 4 },
      message: 'Meter gives a block of registers again that it had refused',
    });
  });
});
