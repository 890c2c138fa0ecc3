import { Backlog } from '../../../src/meters/mqtt/backlog.ts';
import { recordingLog } from '../fixtures.ts';

/** A broker, a line and a disk, in steps of a millisecond. */
export interface Line {
  /** Messages that wait at the broker. */
  readonly queued: number;
  /** Milliseconds between two messages that are of now. */
  readonly every: number;
  /** Milliseconds there and back. */
  readonly trip?: number;
  /** The most messages that the broker sends before it waits. */
  readonly window?: number;
  /** Milliseconds that the disk takes, given how often it did. */
  readonly disk?: (flush: number) => number;
  /** Milliseconds for which the same messages come live before, on the connection before this one. */
  readonly lived?: number;
}

export interface Played {
  /** Messages that had waited and were taken for of now. */
  readonly deceived: number;
  /** Milliseconds after the connection when the broker had sent all that it had for the first time. */
  readonly sent: number | undefined;
  /** Milliseconds after the connection when a message was first taken for of now. */
  readonly ended: number | undefined;
  readonly log: ReturnType<typeof recordingLog>;
}

const PLAYED = 90_000;
/** A handshake and the broker's consent. */
const TRIPS_TO_CONNECT = 2;

/** What becomes of a line in its first 90 s. */
export function played({ lived = 0, ...line }: Line): Played {
  const log = recordingLog();
  const backlog = new Backlog('main', log);
  const answer = TRIPS_TO_CONNECT * (line.trip ?? 2);
  if (lived > 0) {
    backlog.connected({ isSessionKept: false, answer }, -1_000 - lived);
    for (let now = -1_000 - lived; now < -1_000; now += line.every) {
      backlog.hasWaited({ isCounted: true, isRepeated: false, inHand: 1 }, now);
    }
  }
  backlog.connected({ isSessionKept: true, answer }, 0);
  return { log, ...carried(backlog, line) };
}

function carried(backlog: Backlog, { queued, every, trip = 2, window = 20, disk = () => 3 }: Omit<Line, 'lived'>) {
  const atBroker = Array.from({ length: queued }, () => true);
  const coming: { readonly at: number; readonly isOld: boolean }[] = [];
  const acknowledged: { readonly at: number; readonly count: number }[] = [];
  let flushing: { readonly until: number; readonly count: number } | undefined;
  let [unacknowledged, inHand, unwritten, flushes, deceived] = [0, 0, 0, 0, 0];
  let ended: number | undefined;
  let sent: number | undefined;
  for (let now = 0; now < PLAYED; now += 1) {
    if (now % every === 0) atBroker.push(false);
    while (acknowledged[0] && acknowledged[0].at <= now) unacknowledged -= acknowledged.shift()?.count ?? 0;
    while (atBroker.length > 0 && unacknowledged < window) {
      coming.push({ at: now + trip / 2, isOld: atBroker.shift() ?? false });
      unacknowledged += 1;
    }
    if (atBroker.length === 0) sent ??= now;
    while (coming[0] && coming[0].at <= now) {
      const isOld = coming.shift()?.isOld;
      inHand += 1;
      unwritten += 1;
      if (backlog.hasWaited({ isCounted: true, isRepeated: false, inHand }, now)) continue;
      ended ??= now;
      if (isOld) deceived += 1;
    }
    if (flushing && flushing.until <= now) {
      inHand -= flushing.count;
      acknowledged.push({ at: now + trip / 2, count: flushing.count });
      flushing = undefined;
      backlog.acknowledged(inHand, now);
    }
    if (flushing || unwritten === 0) continue;
    flushing = { until: now + disk(flushes), count: unwritten };
    unwritten = 0;
    flushes += 1;
  }
  return { deceived, sent, ended };
}
