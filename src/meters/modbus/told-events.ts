import type { MeterEvent, MeterEventKind } from '../../domain/meter-event.ts';

/** What one log of a meter told of events that its counters count too: each event there accounts for one count. */
export class ToldEvents {
  /** When they were told. */
  readonly #times = new Map<MeterEventKind, number[]>();

  add(events: readonly MeterEvent[]): void {
    for (const { kind, arrivedAt } of events) this.#times.set(kind, [...(this.#times.get(kind) ?? []), arrivedAt]);
  }

  /** Takes events of a kind that were told at `since` or later, `most` of them at the most; how many there were. */
  take(kind: MeterEventKind, most: number, since: number): number {
    const recent = (this.#times.get(kind) ?? []).filter((time) => time >= since);
    const taken = Math.max(0, Math.min(most, recent.length));
    this.#times.set(kind, recent.slice(taken));
    return taken;
  }
}
