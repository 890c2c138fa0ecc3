import { describe, expect, it } from 'vitest';
import { Closers } from '../../src/lib/closers.ts';

const never = () => new Promise<void>(() => undefined);

describe('closing', () => {
  it('goes in reverse order, one after the other', async () => {
    const closers = new Closers();
    const closed: string[] = [];
    for (const name of ['first', 'second', 'third']) {
      closers.add(name, async () => {
        closed.push(`${name} begins`);
        await new Promise(setImmediate);
        closed.push(name);
      });
    }
    await closers.closeAll();
    expect(closed.filter((step) => !step.endsWith('begins'))).toEqual(['third', 'second', 'first']);
    expect(closed[1]).toBe('third');
  });

  it('throws the first error, after everything was closed', async () => {
    const closers = new Closers();
    const closed: string[] = [];
    closers.add('first', () => void closed.push('first'));
    closers.add('second', () => {
      throw new Error('second failed');
    });
    closers.add('third', () => Promise.reject(new Error('third failed')));
    closers.add('fourth', () => void closed.push('fourth'));
    await expect(closers.closeAll()).rejects.toThrow('third failed');
    expect(closed).toEqual(['fourth', 'first']);
  });

  it('does not wait for a part that hangs, and names it', async () => {
    const closers = new Closers();
    const closed: string[] = [];
    closers.add('first', () => void closed.push('first'));
    closers.add('hanging', never, 20);
    await expect(closers.closeAll()).rejects.toThrow('hanging did not close within 20 ms');
    expect(closed).toEqual(['first']);
  });

  it('keeps the process alive while it waits, so that the others are closed too', async () => {
    const closers = new Closers();
    closers.add('hanging', never, 50);
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const closing = closers.closeAll();
    const during = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    expect(during).toBeGreaterThan(before);
    await expect(closing).rejects.toThrow('hanging');
  });

  it('twice is closing once', async () => {
    const closers = new Closers();
    let count = 0;
    closers.add('part', () => {
      count += 1;
    });
    await Promise.all([closers.closeAll(), closers.closeAll()]);
    await closers.closeAll();
    expect(count).toBe(1);
  });

  it('does not mind a part that fails after its time is over', async () => {
    const closers = new Closers();
    let fail: (error: Error) => void = () => undefined;
    closers.add('late', () => new Promise((_resolve, reject) => (fail = reject)), 10);
    await expect(closers.closeAll()).rejects.toThrow('late did not close within 10 ms');
    fail(new Error('too late'));
    await new Promise(setImmediate);
  });
});
