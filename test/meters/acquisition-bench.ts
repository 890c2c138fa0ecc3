import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { MeterEvent } from '../../src/domain/meter-event.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Acquisition } from '../../src/meters/acquisition.ts';
import { DeadLetters } from '../../src/meters/mqtt/dead-letters.ts';
import { modbusOptions, mqttOptions } from '../../src/meters/options.ts';
import { ModbusServer } from '../servers/modbus-server.ts';
import { fleetWith, type MeterSpec, recordingLog, shippedModels } from './fixtures.ts';

const NO_MQTT = mqttOptions.parse(undefined);

/** Patient, for a machine that has more to do. */
export const SOON = { timeout: 15_000, interval: 20 };

/** What a test wants otherwise. */
interface Conditions {
  readonly mqtt?: typeof NO_MQTT;
  readonly log?: ReturnType<typeof recordingLog>;
  /** Of a Modbus request: '500ms'. */
  readonly timeout?: string;
}

/** An acquisition on a Modbus server, with what it hands on. */
export class AcquisitionBench {
  readonly readings: Reading[] = [];
  readonly events: MeterEvent[] = [];
  readonly server = new ModbusServer();
  acquisition: Acquisition | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), 'pq-acquisition-'));

  start(): Promise<number> {
    return this.server.start();
  }

  async stop(): Promise<void> {
    await this.acquisition?.stop();
    await this.server.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** Starts the acquisition of the test. */
  acquire(meters: readonly MeterSpec[], conditions: Conditions = {}): Acquisition {
    const { log = recordingLog(), mqtt = NO_MQTT, timeout = '1s' } = conditions;
    this.acquisition = new Acquisition({
      fleet: fleetWith(meters),
      models: shippedModels(),
      modbus: modbusOptions.parse({ timeout }),
      mqtt,
      timeZone: 'Asia/Shanghai',
      deadLetters: new DeadLetters(this.#folder, log),
      clock: systemClock,
      log,
      onReading: (reading) => void this.readings.push(reading),
      onEvents: (news) => void this.events.push(...news),
      cursorOf: () => undefined,
    });
    this.acquisition.start();
    return this.acquisition;
  }

  onModbus(unit: number): MeterSpec['connection'] {
    return { kind: 'modbus-tcp', host: '127.0.0.1', port: this.server.port, unit };
  }

  /** The words of a whole register range: zeroes, with floats where the test says. */
  fill(unit: number, functionCode: number, from: number, to: number, floats: Record<number, number>): void {
    this.server.put(unit, functionCode, from, Array<number>(to - from).fill(0));
    for (const [address, value] of Object.entries(floats)) {
      this.server.putFloat(unit, functionCode, Number(address), value);
    }
  }
}

/** Of the present test. */
export let bench: AcquisitionBench;

/** Gives each test of the suite that calls it a bench of its own. */
export function useAcquisition(): void {
  beforeEach(async () => {
    bench = new AcquisitionBench();
    await bench.start();
  });
  afterEach(() => bench.stop());
}
