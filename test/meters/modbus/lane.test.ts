import { describe, expect, it } from 'vitest';
import { BusLoad } from '../../../src/meters/modbus/bus-load.ts';
import { Lane } from '../../../src/meters/modbus/lane.ts';

/** A lane whose clock goes on by a second with each piece of work, and what it did. */
function lane() {
  let now = Date.UTC(2026, 2, 1, 8);
  const did: string[] = [];
  const faults: unknown[] = [];
  const made = new Lane({
    load: new BusLoad(),
    clock: { now: () => now },
    onIdle: () => did.push('idle'),
    onFault: (error) => faults.push(error),
  });
  const work = (name: string) => async () => {
    await Promise.resolve();
    now += 1_000;
    did.push(name);
  };
  return { lane: made, work, did, faults };
}

describe('a lane', () => {
  it('does polls in their order, and what is not urgent after them', async () => {
    const { lane: own, work, did } = lane();
    const spare = own.spare(work('log'));
    for (const name of ['a', 'b', 'c']) own.poll(work(name));
    await spare;
    await expect.poll(() => did).toEqual(['a', 'b', 'c', 'log', 'idle']);
  });

  it('serves the one first that was served longest ago', async () => {
    const { lane: own, work, did } = lane();
    for (const [name, served] of [
      ['a', 3],
      ['b', 1],
      ['c', 2],
      ['d', 1],
    ] as const)
      own.poll(work(name), served);
    await expect.poll(() => did).toEqual(['b', 'd', 'c', 'a', 'idle']);
  });

  it('does not let polls keep anything waiting for good', async () => {
    const { lane: own, work, did } = lane();
    let polls = 0;
    const again = async () => {
      await work('poll')();
      polls += 1;
      if (polls < 30) own.poll(again);
    };
    own.poll(again);
    await own.spare(work('log'));
    // Each poll takes a second: after ten of them it is its turn.
    expect(did.indexOf('log')).toBe(11);
  });

  it('lets a poll wait behind one overdue turn at most, however many are overdue', async () => {
    const { lane: own, work, did } = lane();
    const eleven = async () => {
      for (let second = 0; second < 11; second += 1) await work('long')();
      for (const name of ['a', 'b', 'c']) own.poll(work(name));
    };
    own.poll(eleven);
    for (const name of ['log 1', 'log 2', 'log 3', 'log 4', 'log 5']) void own.spare(work(name));
    await expect.poll(() => did.at(-1)).toBe('idle');
    expect(did.filter((each) => each !== 'long')).toEqual([
      ...['log 1', 'a', 'log 2', 'b', 'log 3', 'c', 'log 4', 'log 5'],
      'idle',
    ]);
  });

  it('goes on after work that throws', async () => {
    const { lane: own, work, did, faults } = lane();
    own.poll(() => Promise.reject(new Error('broken')));
    own.poll(work('a'));
    await expect.poll(() => did).toEqual(['a', 'idle']);
    expect(faults).toMatchObject([{ message: 'broken' }]);
    await expect(own.spare(() => Promise.reject(new Error('told to its owner')))).rejects.toThrow('told to its owner');
    expect(faults).toHaveLength(1);
  });

  it('gives up what waits when it stops, and takes nothing more', async () => {
    const { lane: own, work, did } = lane();
    own.poll(work('a'));
    own.poll(work('b'));
    const spare = own.spare(work('log'));
    const rejected = expect(spare).rejects.toThrow('the line was stopped');
    await own.stop();
    await rejected;
    own.poll(work('c'));
    await expect(own.spare(work('d'))).rejects.toThrow('the line was stopped');
    expect(did).toEqual(['idle']);
  });
});
