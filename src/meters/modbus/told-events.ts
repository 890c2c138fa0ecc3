import type { MeterEvent, MeterEventKind } from '../../domain/meter-event.ts';

/** Of each kind, the newest: more than a counter rises by between two looks. Kinds that nothing counts are never taken. */
const MOST = 5_000;

/** What one log of a meter told of events that its counters count too: each event there accounts for one count. */
export class ToldEvents {
  /** When they were told. */
  readonly #times = new Map<MeterEventKind, number[]>();

  add(events: readonly MeterEvent[]): void {
    for (const { kind, arrivedAt } of events) {
      const times = this.#times.get(kind) ?? [];
      if (times.length === 0) this.#times.set(kind, times);
      times.push(arrivedAt);
    }
    for (const times of this.#times.values()) if (times.length > MOST) times.splice(0, times.length - MOST);
  }

  /** Takes events of a kind that were told at `since` or later, `most` of them at the most; how many there were. */
  take(kind: MeterEventKind, most: number, since: number): number {
    const recent = (this.#times.get(kind) ?? []).filter((time) => time >= since);
    const taken = Math.max(0, Math.min(most, recent.length));
    this.#times.set(kind, recent.slice(taken));
    return taken;
  }
}
