import { type Alert, type AlertChange, alertKey, type ChangeReason, type RuleName } from '../domain/alert.ts';
import { type Holds, type Judgement, resolve, type Step, step } from './lifecycle.ts';

/** What has to reach the disk: alerts as they are now, and the ids of pending ones that came to nothing. */
export interface Unsaved {
  readonly alerts: readonly Alert[];
  readonly forget: readonly string[];
}

/** All alerts that are pending or firing, and what of them is not on disk yet. */
export class AlertBook {
  readonly #open = new Map<string, Alert>();
  /** When the last alert of a key ended: samples that reach back before it are still spoiled. */
  readonly #ended = new Map<string, Alert>();
  readonly #changed = new Map<string, Alert>();
  readonly #forgotten = new Set<string>();

  /** Takes over what was on disk; alerts that are resolved only spoil samples from before their end. */
  restore(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      (alert.state === 'resolved' ? this.#ended : this.#open).set(alertKey(alert), alert);
    }
  }

  judge(judgement: Judgement, holds: Holds): AlertChange | undefined {
    const current = this.#open.get(alertKey(judgement));
    return this.#take(current, step(current, judgement, holds));
  }

  /** Ends an alert from outside; a pending one is forgotten without a word. */
  end(rule: RuleName, subject: string, reason: ChangeReason, time: number): AlertChange | undefined {
    const current = this.#open.get(alertKey({ rule, subject }));
    if (!current) return undefined;
    return this.#take(current, current.state === 'pending' ? { alert: undefined } : resolve(current, reason, time));
  }

  /** Whether such an alert fired at any time within [from, to]; of a long alert only the first `forMs` count. */
  firedWithin(rule: RuleName, subject: string, from: number, to: number, forMs = Number.POSITIVE_INFINITY): boolean {
    const key = alertKey({ rule, subject });
    const open = this.#open.get(key);
    const alerts = [this.#ended.get(key), open?.state === 'firing' ? open : undefined];
    return alerts.some((alert) => alert !== undefined && touches(alert, from, to, forMs));
  }

  /** Whether there is a pending or firing alert: without one a good verdict changes nothing. */
  isOpen(rule: RuleName, subject: string): boolean {
    return this.#open.has(alertKey({ rule, subject }));
  }

  /** Pending and firing alerts, oldest first. */
  open(): readonly Alert[] {
    return [...this.#open.values()].sort((a, b) => a.since - b.since);
  }

  unsaved(): Unsaved {
    return { alerts: [...this.#changed.values()], forget: [...this.#forgotten] };
  }

  /** What `unsaved` gave is on disk now. */
  saved(unsaved: Unsaved): void {
    for (const alert of unsaved.alerts) {
      if (this.#changed.get(alert.id) === alert) this.#changed.delete(alert.id);
    }
    for (const id of unsaved.forget) this.#forgotten.delete(id);
  }

  #take(before: Alert | undefined, { alert, change }: Step): AlertChange | undefined {
    if (before && alert?.id !== before.id) {
      this.#changed.delete(before.id);
      this.#forgotten.add(before.id);
      this.#open.delete(alertKey(before));
    }
    if (alert && alert !== before) {
      this.#changed.set(alert.id, alert);
      this.#forgotten.delete(alert.id);
      if (alert.state === 'resolved') {
        this.#open.delete(alertKey(alert));
        this.#ended.set(alertKey(alert), alert);
      } else {
        this.#open.set(alertKey(alert), alert);
      }
    }
    return change;
  }
}

function touches({ since, resolvedAt }: Alert, from: number, to: number, forMs: number): boolean {
  return since <= to && Math.min(resolvedAt ?? Number.POSITIVE_INFINITY, since + forMs) >= from;
}
