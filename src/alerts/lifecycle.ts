import { createHash } from 'node:crypto';
import type { Alert, AlertChange, ChangeReason, RuleName, Severity } from '../domain/alert.ts';
import type { Evidence, Verdict } from '../domain/verdict.ts';

/** One verdict with what it belongs to. `start` and `end` bound the sample; they are event times, epoch ms. */
export interface Judgement {
  readonly rule: RuleName;
  readonly subject: string;
  readonly severity: Severity;
  readonly verdict: Verdict;
  readonly start: number;
  readonly end: number;
}

/** All in milliseconds. */
export interface Holds {
  readonly openAfter: number;
  readonly clearAfter: number;
  /** A hold time does not run over a longer gap between two samples: nobody knows what was in it. */
  readonly maxGap: number;
}

/** The alert after the step (undefined: there is none), and the change that people are told of. */
export interface Step {
  readonly alert: Alert | undefined;
  readonly change?: AlertChange;
}

/**
 * The whole life of an alert: verdict + state → state and change. Bad opens a pending alert, which fires when it was bad
 * for `openAfter` without a contrary sample; a firing alert is resolved when it was good for `clearAfter`. The
 * hysteresis band ends a pending alert and keeps a firing one. 'cannot say' changes nothing.
 */
export function step(current: Alert | undefined, judgement: Judgement, holds: Holds): Step {
  const { standing, evidence } = judgement.verdict;
  if (standing === 'cannot say' || !evidence) return { alert: current };
  // A window that a restart made us judge twice says nothing new; what lies further back means a clock that was set back.
  const back = current ? current.seenAt - judgement.end : -1;
  // An instant of which more has come is judged once more.
  const isInstant = back === 0 && judgement.start === judgement.end;
  if (back >= 0 && back <= LONGEST_REJUDGED && !isInstant) return { alert: current };
  if (standing === 'bad') return bad(current, judgement, evidence, holds);
  if (!current || current.state === 'pending') return { alert: undefined };
  return standing === 'good' ? good(current, judgement, holds) : { alert: seen(current, judgement) };
}

/** Windows that closed so long ago may be judged once more after a restart. Milliseconds. */
const LONGEST_REJUDGED = 30 * 60_000;

/** Ends a firing alert for a reason that lies outside its own samples. */
export function resolve(alert: Alert, reason: ChangeReason, time: number): Step & { readonly alert: Alert } {
  const resolved: Alert = { ...alert, state: 'resolved', resolvedAt: time, resolvedBecause: reason };
  return { alert: resolved, change: { kind: 'resolved', reason, alert: resolved, time } };
}

function bad(current: Alert | undefined, judgement: Judgement, evidence: Evidence, holds: Holds): Step {
  const alert = worse(current, judgement, evidence, holds);
  if (current?.state === 'firing') return { alert, ...worsening(current, alert, judgement.end) };
  if (judgement.end - alert.since < holds.openAfter) return { alert };
  const fired: Alert = { ...alert, state: 'firing', firedAt: judgement.end };
  return {
    alert: fired,
    change: { kind: 'fired', reason: 'held for the opening time', alert: fired, time: judgement.end },
  };
}

/** People were told of a dip, and it has become an interruption: that is news. More of the same is not. */
function worsening(before: Alert, alert: Alert, time: number): Pick<Step, 'change'> {
  if (alert.worst.kind === before.worst.kind) return {};
  return { change: { kind: 'worsened', reason: 'turned into something graver', alert, time } };
}

function worse(current: Alert | undefined, judgement: Judgement, evidence: Evidence, holds: Holds): Alert {
  const { rule, subject, severity, start, end } = judgement;
  if (!current || (current.state === 'pending' && Math.abs(start - current.seenAt) > holds.maxGap)) {
    const id = alertId(rule, subject, start);
    return {
      id,
      rule,
      subject,
      severity,
      state: 'pending',
      since: start,
      lastBad: end,
      seenAt: end,
      first: evidence,
      worst: evidence,
    };
  }
  const { goodSince: _ended, ...alert } = current;
  const worst = evidence.badness > current.worst.badness ? evidence : current.worst;
  return { ...alert, severity, lastBad: end, seenAt: end, worst };
}

function good(current: Alert, judgement: Judgement, holds: Holds): Step {
  const isOneSpell = current.goodSince !== undefined && Math.abs(judgement.start - current.seenAt) <= holds.maxGap;
  const goodSince = isOneSpell && current.goodSince !== undefined ? current.goodSince : judgement.start;
  const alert: Alert = { ...current, goodSince, seenAt: judgement.end };
  if (judgement.end - goodSince < holds.clearAfter) return { alert };
  const { alert: resolved, change } = resolve(alert, 'good for the clearing time', goodSince);
  return change ? { alert: resolved, change: { ...change, time: judgement.end } } : { alert: resolved };
}

function seen(current: Alert, judgement: Judgement): Alert {
  const { goodSince: _interrupted, ...alert } = current;
  return { ...alert, seenAt: judgement.end };
}

/** The same alert has the same id in live running and in replay: nothing in it is random. */
function alertId(rule: RuleName, subject: string, since: number): string {
  return createHash('sha256').update(`${rule}\n${subject}\n${since}`).digest('hex').slice(0, ID_LENGTH);
}

/** 80 bits: no collision within the life of an installation. */
const ID_LENGTH = 20;
