import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Receipt } from '../../../src/meters/mqtt/receipts.ts';
import { Redelivery } from '../../../src/meters/mqtt/redelivery.ts';
import { recordingLog } from '../fixtures.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it.each([
  ['with QoS 1', 7, 20],
  ['with QoS 0', undefined, 0],
])('tells once that a disk refuses messages %s, and again after it was well for a minute', (_, id, renewals) => {
  const log = recordingLog();
  const renewed: string[] = [];
  const redelivery = new Redelivery('main', { renew: (reason) => renewed.push(reason) }, log);
  const receipt = new Receipt(new PassThrough(), 'site/1', id, () => undefined);
  for (let second = 0; second < 100; second += 1) {
    redelivery.notStored(receipt, new Error('disk full'));
    vi.advanceTimersByTime(1_000);
  }
  // Every 5 s the connection is renewed all the same.
  expect(renewed).toHaveLength(renewals);
  expect(log.lines).toHaveLength(1);
  vi.advanceTimersByTime(60_000);
  redelivery.notStored(receipt, new Error('disk full'));
  expect(log.lines).toHaveLength(2);
  redelivery.stop();
  expect(vi.getTimerCount()).toBe(0);
});
