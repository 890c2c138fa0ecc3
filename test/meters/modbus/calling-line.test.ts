import { describe, expect, it, vi } from 'vitest';
import { health, lineWith, MODEL, readings, register, round } from './line-bench.ts';
import {
  areWaiting,
  callWith,
  connectionBy,
  isHungUp,
  LONG,
  listener,
  modemCalls,
  pass,
  REQUEST,
  valueBy,
  warnings,
} from './listener-bench.ts';

describe('a line whose modem calls', () => {
  it('keeps its call while that answers, whoever else calls, also without a registration', async () => {
    const connection = connectionBy(listener.way());
    listener.start();
    const { call } = await modemCalls(7);
    await connection.open();
    for (let stranger = 0; stranger < 5; stranger += 1) {
      await callWith();
      expect(await valueBy(connection)).toBe(7);
    }
    expect(call.destroyed).toBe(false);
  });

  it('is not hung up on because a stranger knows its registration', async () => {
    const connection = connectionBy(listener.way('DTU1'));
    listener.start();
    const { call } = await modemCalls(7, 'DTU1');
    await connection.open();
    const strangers = [await callWith('DTU1'), await callWith('DTU1')];
    await areWaiting(2);
    for (const stranger of strangers) stranger.resume();
    for (let poll = 0; poll < 5; poll += 1) expect(await valueBy(connection)).toBe(7);
    expect([call, ...strangers].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
  });

  it('goes on with the second call of its modem once the first, which was half-open, does not answer', async () => {
    const connection = connectionBy(listener.way('DTU1'));
    listener.start();
    const { call, modem } = await modemCalls(7, 'DTU1');
    await connection.open();
    modem.fault = () => ({ kind: 'silence' });
    await modemCalls(8, 'DTU1');
    await expect(connection.ask(REQUEST, 100)).rejects.toMatchObject({ reason: 'timed out' });
    await isHungUp(call);
    await connection.open();
    // Of the first call an answer is owed, which the modem may still give: it is asked in step.
    expect(await valueBy(connection)).toBe(8);
  });

  it('comes back to its modem behind a stranger that does not answer', async () => {
    const connection = connectionBy(listener.way('DTU1'));
    listener.start();
    await modemCalls(7, 'DTU1');
    const stranger = await callWith('DTU1');
    await areWaiting(1);
    await connection.open();
    await expect(connection.ask(REQUEST, 100)).rejects.toMatchObject({ reason: 'timed out' });
    await isHungUp(stranger);
    await connection.open();
    expect(await valueBy(connection)).toBe(7);
  });

  it('keeps three calls waiting, and hangs up on the one that waits longest', async () => {
    const connection = connectionBy(listener.way('DTU1'));
    listener.start();
    await modemCalls(7, 'DTU1');
    await connection.open();
    const waiting = [await callWith('DTU1'), await callWith('DTU1'), await callWith('DTU1'), await callWith('DTU1')];
    const [longest, ...others] = waiting;
    if (longest) await isHungUp(longest);
    expect(others.map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
    expect(await valueBy(connection)).toBe(7);
  });

  it('does not take what its modem gives to the next call for the answer to what was asked in that', async () => {
    const connection = connectionBy(listener.way('DTU1'));
    listener.start();
    const late = await modemCalls(7, 'DTU1');
    await connection.open();
    late.modem.fault = () => ({ kind: 'end' });
    await expect(connection.ask(REQUEST)).rejects.toMatchObject({ reason: 'hung up' });
    const { modem } = await modemCalls(8, 'DTU1');
    // Unit 1, function code 3, one register that says 7: what the meter had answered in between.
    const answer = Buffer.from('0103020007f986', 'hex');
    let isFirst = true;
    modem.fault = () => {
      const fault = isFirst ? ({ kind: 'behind', text: answer } as const) : undefined;
      isFirst = false;
      return fault;
    };
    await connection.open();
    expect(await valueBy(connection)).toBe(8);
  });

  it('tells once an hour that modems with its registration call while a call stands', async () => {
    listener.way('DTU1');
    listener.start();
    const fight = async () => {
      for (let call = 0; call < 5; call += 1) {
        await modemCalls(7, 'DTU1');
        pass(30_000);
      }
    };
    await fight();
    await vi.waitFor(() => expect(warnings()).toHaveLength(1), LONG);
    expect(warnings()).toMatchObject([
      {
        registration: 'DTU1',
        msg: 'modems with one registration call again and again while a call stands: are there two of them?',
      },
    ]);
    await fight();
    expect(warnings()).toHaveLength(1);
    pass(3_600_000);
    await fight();
    await vi.waitFor(() => expect(warnings()).toHaveLength(2), LONG);
  });

  it('says nothing of a modem that calls again now and then', async () => {
    const connection = connectionBy(listener.way('DTU1'));
    listener.start();
    for (let call = 0; call < 5; call += 1) {
      await modemCalls(call, 'DTU1');
      await connection.open();
      expect(await valueBy(connection)).toBe(call);
      pass(600_000);
    }
    expect(warnings()).toEqual([]);
  });

  it('loses no poll when its modem calls again while the first call still looks as if it stood', async () => {
    const model = { ...MODEL, registers: [register('frequency', 0, { functionCode: 3, type: 'uint16' })] };
    lineWith([1], { way: listener.way('DTU1'), isCalling: true, model });
    listener.start();
    const { modem } = await modemCalls(50, 'DTU1');
    await round(['m1']);
    modem.fault = () => ({ kind: 'silence' });
    await modemCalls(49, 'DTU1');
    await areWaiting(1);
    await round(['m1']);
    expect(readings.map(({ values }) => values.frequency)).toEqual([50, 49]);
    expect(health.get('m1')?.status).toMatchObject({ polls: 2, failed: 0 });
  });
});
