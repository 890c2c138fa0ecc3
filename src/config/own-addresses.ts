import { lineOf } from '../domain/customer.ts';
import { type Model, sharedTopic } from '../meters/model.ts';
import type { PlacedConnection } from './line-checks.ts';
import type { Origin } from './origin.ts';
import type { Problem } from './problem.ts';

/** A meter's connection with its model, which may not be known. */
export interface PlacedMeter extends PlacedConnection {
  readonly model: Model | undefined;
}

/**
 * Meters that nothing tells from others: the same unit on the same line, or the same topic. One name may stand in topics of
 * several mappings, as long as no message is for two of them.
 */
export function addressProblems(meters: readonly PlacedMeter[], origin: Origin): Problem[] {
  const byAddress = new Map<string, PlacedMeter[]>();
  return meters.flatMap((meter) => {
    const address = addressOf(meter.connection);
    const earlier = byAddress.get(address) ?? [];
    byAddress.set(address, [...earlier, meter]);
    for (const other of earlier) {
      const why = clash(meter, other);
      if (why === undefined) continue;
      const found = `found "${address}" as on line ${origin.lineOf(other.path)}`;
      return [origin.problem(meter.path, `expected an address of its own, ${found}${why}`)];
    }
    return [];
  });
}

/** The line, and the unit or the topic on it. */
function addressOf(connection: PlacedMeter['connection']): string {
  if (connection.kind !== 'mqtt') return `${lineOf(connection)}/${connection.unit}`;
  const select = Object.entries(connection.select ?? {}).map(([field, value]) => `${field}=${value}`);
  const chosen = select.length === 0 ? '' : `?${select.sort().join('&')}`;
  return `${lineOf(connection)}/${connection.topic}${chosen}`;
}

/** What more there is to say of two meters that cannot both have an address; undefined where they can. */
function clash({ connection, model }: PlacedMeter, { connection: of, model: other }: PlacedMeter): string | undefined {
  if (connection.kind !== 'mqtt' || of.kind !== 'mqtt') return '';
  // What is wrong with a model is told where it is named.
  if (model?.transport !== 'mqtt' || other?.transport !== 'mqtt') return undefined;
  if (model.id === other.id) return '';
  const topic = sharedTopic({ model, topic: of.topic }, { model: other, topic: of.topic });
  return topic === undefined ? undefined : `: ${model.id} and ${other.id} would both hear ${topic}`;
}
