import type { Quantity } from '../../domain/quantity.ts';
import { type Incoming, NO_NEWS, type Outcome, type TopicListener } from './incoming.ts';
import type { MessageMapping, PayloadModel } from './mapping.ts';
import type { MeterVoice } from './meter-voice.ts';
import { filled } from './placeholders.ts';
import { capturesOf, type Level } from './topic-pattern.ts';
import { isMet } from './value-reader.ts';

/**
 * Hears what a sender says of its own trouble: with one value, which is not available from then on, or with the whole
 * meter, of which nothing is held any longer. That a broker kept such a word does not make it wrong: it only takes away.
 */
export class FaultListener implements TopicListener {
  readonly #mapping: MessageMapping;
  readonly #fault: NonNullable<MessageMapping['fault']>;
  readonly #levels: readonly Level[];
  readonly #voice: MeterVoice;
  readonly #quantities: ReadonlyMap<string, readonly Quantity[]>;

  constructor(
    model: PayloadModel,
    mapping: MessageMapping,
    fault: NonNullable<MessageMapping['fault']>,
    levels: readonly Level[],
    voice: MeterVoice,
  ) {
    this.#mapping = mapping;
    this.#fault = fault;
    this.#levels = levels;
    this.#voice = voice;
    this.#quantities = quantitiesByName(model);
  }

  metersOf(): readonly string[] {
    return [this.#voice.place.meter.id];
  }

  hear(incoming: Incoming): Outcome {
    const isAtFault = isMet(this.#fault, incoming.text());
    const { valueName } = this.#mapping;
    if (valueName === undefined) {
      if (isAtFault) this.#voice.forget();
      return NO_NEWS;
    }
    const name = filled(valueName, capturesOf(this.#levels, incoming.levels));
    const quantities = name === undefined ? undefined : this.#quantities.get(name);
    if (name === undefined || !quantities) return NO_NEWS;
    if (isAtFault) this.#voice.faults.add(name);
    else this.#voice.faults.delete(name);
    if (!isAtFault || incoming.packet.isRetained) return NO_NEWS;
    const values = quantities.map((quantity): [Quantity, 'not available'] => [quantity, 'not available']);
    const reading = this.#voice.readingOf({ said: { values, suspect: [] } }, incoming.packet.arrivedAt);
    return reading ? { ...NO_NEWS, readings: [reading] } : NO_NEWS;
  }
}

function quantitiesByName({ messages }: PayloadModel): ReadonlyMap<string, readonly Quantity[]> {
  const quantities = new Map<string, Quantity[]>();
  for (const { quantity, paths } of messages.flatMap(({ values }) => values)) {
    for (const [step] of paths) {
      if (step?.kind !== 'key') continue;
      quantities.set(step.key, [...(quantities.get(step.key) ?? []), quantity]);
    }
  }
  return quantities;
}
