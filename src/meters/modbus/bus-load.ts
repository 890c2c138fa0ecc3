const SPAN = 60_000;
const PARTS = 12;
const PART = SPAN / PARTS;

/** How much of the last minute a line was busy, in steps of five seconds. Times are epoch milliseconds. */
export class BusLoad {
  readonly #busy = new Array<number>(PARTS).fill(0);
  #since: number | undefined;
  /** The number, since 1970, of the part that was written last. */
  #part = 0;

  /** The line was busy in this span. One that a clock set back turned round counts as nothing. */
  add(from: number, to: number): void {
    this.#goTo(from);
    for (let at = Math.max(from, to - SPAN); at < to; ) {
      const end = Math.min(to, (Math.floor(at / PART) + 1) * PART);
      this.#goTo(at);
      const index = Math.floor(at / PART) % PARTS;
      this.#busy[index] = (this.#busy[index] ?? 0) + end - at;
      at = end;
    }
  }

  /** 0 to 1; of the time since the first request where that is less than a minute. */
  share(now: number): number {
    if (this.#since === undefined) return 0;
    this.#goTo(now);
    const begun = now - (Math.floor(now / PART) - PARTS + 1) * PART;
    const span = Math.min(begun, now - this.#since);
    const busy = this.#busy.reduce((sum, part) => sum + part, 0);
    return span > 0 ? Math.min(1, busy / span) : 0;
  }

  #goTo(now: number): void {
    this.#since ??= now;
    const part = Math.floor(now / PART);
    const gone = part - this.#part;
    if (gone === 0) return;
    if (gone < 0 || gone >= PARTS) this.#busy.fill(0);
    else for (let each = 1; each <= gone; each += 1) this.#busy[(this.#part + each) % PARTS] = 0;
    if (gone < 0) this.#since = now;
    this.#part = part;
  }
}
