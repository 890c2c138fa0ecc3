/**
 * While all is well about one reading in seven is looked at, and each that comes ten seconds or more after the last look:
 * what must last a minute is found in time. By chance, so that a meter that publishes in several messages has each looked
 * at, however many they are; by the same chance each time, because a recording is judged as life was.
 */
const MOST_PASSED = 12;
const AFTER = 10_000;

/** Which readings of a meter are looked at closely. */
export class SpotChecks {
  #lookedAt = Number.NEGATIVE_INFINITY;
  #toPass = 0;
  #chance = 1;

  /** Whether the reading of `time` is to be looked at; all are while something is not well. */
  isDue(time: number, isAllWell: boolean): boolean {
    if (isAllWell && this.#toPass > 0 && time - this.#lookedAt < AFTER) {
      this.#toPass -= 1;
      return false;
    }
    this.#lookedAt = time;
    // The linear congruential generator of the C standard; its upper bits are the random ones.
    this.#chance = (Math.imul(this.#chance, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    this.#toPass = (this.#chance >>> 16) % (MOST_PASSED + 1);
    return true;
  }
}
