import type { Reading } from '../../domain/reading.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { ModbusModel } from '../model.ts';
import { primaryOf, type Rating } from '../rating.ts';
import type { CursorSource, EventSink, ReadingSink } from '../reading-sink.ts';
import { Attempt } from './attempt.ts';
import { BlockReader, type BlocksRead } from './block-reader.ts';
import { ModbusException } from './errors.ts';
import type { KnownMeter, MeterLog } from './known-meter.ts';
import type { LineAccess } from './line-access.ts';
import { MeterClock } from './meter-clock.ts';
import { eventLogsOf } from './meter-logs.ts';
import { MeterRecords } from './meter-records.ts';
import { SunSpecMap } from './sunspec-map.ts';
import type { MeterTiming } from './timing.ts';
import { TransformerRatios } from './transformer-ratios.ts';
import { rawValues } from './values.ts';

export interface ModbusMeterParts {
  readonly id: string;
  readonly unit: number;
  readonly model: ModbusModel;
  /** The transformer ratios of its configuration. */
  readonly rating: Rating;
  readonly timing: MeterTiming;
  readonly pollInterval: number;
  /** Milliseconds between two tries of what the meter does not give. */
  readonly probeInterval: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReading: ReadingSink;
  readonly onEvents: EventSink;
  readonly cursorOf: CursorSource;
}

interface OwnLog {
  readonly log: MeterLog;
  readonly attempt: Attempt;
}

/** One meter on a Modbus line: what to ask it, and what its answers mean. */
export class ModbusMeter {
  readonly id: string;
  readonly timing: MeterTiming;
  /** Milliseconds. */
  readonly pollInterval: number;
  readonly #parts: ModbusMeterParts;
  readonly #blocks: BlockReader;
  readonly #ratios: TransformerRatios;
  readonly #map: SunSpecMap | undefined;
  readonly #clock: MeterClock | undefined;
  readonly #records: MeterRecords | undefined;
  readonly #logs: readonly OwnLog[];
  /** Undefined until the first reading. */
  #known: KnownMeter | undefined;
  #slowReadIn: number | undefined;

  constructor(parts: ModbusMeterParts) {
    this.id = parts.id;
    this.timing = parts.timing;
    this.pollInterval = parts.pollInterval;
    this.#parts = parts;
    const { id, unit, model, rating } = parts;
    const own = { ...parts, meter: id };
    this.#blocks = new BlockReader(own);
    this.#ratios = new TransformerRatios({ ...own, registers: model.ratios, configured: rating });
    const functionCode = model.registers[0]?.functionCode ?? 3;
    this.#map = model.sunspec && new SunSpecMap({ unit, functionCode, models: model.sunspec.models });
    this.#clock = model.clock && new MeterClock(model.clock, unit, { ...own, model: model.id });
    this.#records = model.records && new MeterRecords(model.records, { ...own, maxBlock: model.maxBlock });
    const logs = [...eventLogsOf(model, own), ...(this.#records ? [this.#records] : [])];
    this.#logs = logs.map((log) => ({ log, attempt: new Attempt({ ...own, model: model.id, what: log.name }) }));
  }

  /** The logs that the meter keeps by itself. */
  get logs(): readonly Pick<MeterLog, 'name' | 'interval'>[] {
    return this.#logs.map(({ log }) => log);
  }

  /**
   * Asks for all that is due. The reading has the time of the first answer, which is the one with the voltages; what could
   * not be read is missing from it, what was not due is not in it. Rejects when nothing at all could be read, and when it
   * is not known how to make the values primary.
   */
  async read(access: LineAccess): Promise<Reading> {
    const connection = await access.connected();
    const own = await this.#ownAccess(access, connection);
    const slowNow = Math.floor(this.#parts.clock.now() / this.timing.slowInterval);
    const isSlowDue = slowNow !== this.#slowReadIn;
    const rating = await this.#ratios.over(connection, own.ask, { isSlowDue });
    const read = await this.#readBlocks(own, connection, isSlowDue);
    const { values, missing } = primaryOf(rawValues(read.answers), rating);
    const ahead = isSlowDue && this.#clock && !read.isLost ? await this.#clock.ahead(own) : undefined;
    if (isSlowDue && !read.isLost) this.#slowReadIn = slowNow;
    const clockAhead = typeof ahead === 'number' ? ahead : (this.#known?.clockAhead ?? 0);
    this.#known = { rating, clockAhead };
    this.#records?.came(read.time);
    const withClock = typeof ahead === 'number' ? { ...values, clock_offset: ahead / 1_000 } : values;
    const without = typeof ahead === 'string' ? { ...missing, clock_offset: ahead } : missing;
    const { time } = read;
    const reading = { meter: this.id, time, timeSource: 'register', arrivedAt: time, values: withClock } as const;
    return Object.keys(without).length > 0 ? { ...reading, missing: without } : reading;
  }

  /** Hands on what is new in a log; before the first reading, and while the meter does not give it, nothing. */
  async checkLog(name: MeterLog['name'], access: LineAccess): Promise<void> {
    const own = this.#logs.find(({ log }) => log.name === name);
    const known = this.#known;
    if (!own || !known) return;
    await own.attempt.of(async () => {
      const ownAccess = this.#map ? await this.#ownAccess(access, await access.connected()) : access;
      await own.log.check(ownAccess, known);
    });
  }

  async #readBlocks({ ask }: LineAccess, connection: number, isSlowDue: boolean): Promise<BlocksRead> {
    try {
      const read = await this.#blocks.read(ask, { isSlowDue });
      this.#map?.used(connection, { isRefused: read.isRefused });
      return read;
    } catch (error) {
      if (error instanceof ModbusException) this.#map?.used(connection, { isRefused: true });
      throw error;
    }
  }

  /** Addresses of a SunSpec model count from where the device has it. */
  async #ownAccess(access: LineAccess, connection: number): Promise<LineAccess> {
    if (!this.#map) return access;
    const base = await this.#map.base(connection, access.ask);
    return {
      ask: (request) => access.ask('start' in request ? { ...request, start: request.start + base } : request),
      connected: () => access.connected(),
      get sentAt() {
        return access.sentAt;
      },
    };
  }
}
