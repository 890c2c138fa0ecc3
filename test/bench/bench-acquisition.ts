import type { Fleet } from '../../src/domain/fleet.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Log } from '../../src/lib/log.ts';
import { Acquisition } from '../../src/meters/acquisition.ts';
import type { Model } from '../../src/meters/model.ts';
import { loadModels } from '../../src/meters/model-files.ts';
import { DeadLetters } from '../../src/meters/mqtt/dead-letters.ts';
import { type MqttOptions, modbusOptions } from '../../src/meters/options.ts';
import type { ReadingSink } from '../../src/meters/reading-sink.ts';
import { benchModel } from './meter-fleet.ts';

export interface BenchAcquisitionParts {
  readonly fleet: Fleet;
  readonly folder: string;
  readonly log: Log;
  readonly mqtt?: MqttOptions;
  readonly onReading: ReadingSink;
}

/** The daemon's own meters room, with the defaults of a configuration that says nothing. */
export function benchAcquisition({ fleet, folder, log, mqtt, onReading }: BenchAcquisitionParts): Acquisition {
  const shipped = mqtt ? loadModels(['config/payloads']).models : new Map<string, Model>();
  return new Acquisition({
    fleet,
    models: new Map<string, Model>([...shipped, ['bench', benchModel]]),
    modbus: modbusOptions.parse(undefined),
    mqtt: mqtt ?? { brokers: [] },
    timeZone: 'UTC',
    deadLetters: new DeadLetters(folder, log),
    clock: systemClock,
    log,
    onReading,
    onEvents: () => undefined,
    cursorOf: () => undefined,
  });
}
