import type { ModbusWay } from '../../domain/customer.ts';
import type { MeterPlace } from '../../domain/fleet.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { MeterHealth } from '../meter-health.ts';
import { type ModbusModel, REGISTERS_OF } from '../model.ts';
import type { ModbusOptions } from '../options.ts';
import type { Probe, Probed } from '../probed.ts';
import { primaryOf, type Rating } from '../rating.ts';
import { ON_HANG_UPS } from './advice.ts';
import { withAsk } from './changed-access.ts';
import { ModbusConnection } from './connection.ts';
import { DialledConnection } from './dialled-connection.ts';
import { type Identity, identityOf } from './identity.ts';
import type { LineAccess } from './line-access.ts';
import { MeterClock } from './meter-clock.ts';
import { isAnswering, otherProtocol } from './other-protocol.ts';
import { probedClock } from './probed-clock.ts';
import { type ProbedLogs, probedLogs } from './probed-logs.ts';
import { rowsOf, scalesOf } from './probed-rows.ts';
import { type Block, planReads } from './read-plan.ts';
import type { Ask, RegisterRequest } from './request.ts';
import { type SingleLine, singleLine } from './single-line.ts';
import { SunSpecMap } from './sunspec-map.ts';
import { type BlockOutcome, isRefused, readThoroughly } from './thorough-reading.ts';
import { type MeterTiming, timingOf } from './timing.ts';
import { TransformerRatios, UnusableRatio } from './transformer-ratios.ts';
import { tunedModel } from './tuned-model.ts';
import { UnitAccess } from './unit-access.ts';
import { rawValues } from './values.ts';
import { searchVoltages, type VoltageFinding } from './voltage-search.ts';

export interface ModbusProbeParts {
  readonly place: MeterPlace;
  readonly connection: ModbusWay;
  readonly model: ModbusModel;
  readonly options: ModbusOptions;
  /** Milliseconds to wait for the call of a modem. */
  readonly wait: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly stopping: AbortSignal;
}

/** One Modbus meter, asked by a person: everything is read at the first time, and what the meter refuses is named. */
export class ModbusProbe implements Probe {
  readonly #parts: ModbusProbeParts;
  readonly #model: ModbusModel;
  readonly #timing: MeterTiming;
  readonly #line: SingleLine;
  readonly #connection: DialledConnection;
  readonly #access: UnitAccess;
  readonly #health: MeterHealth;
  readonly #ratios: TransformerRatios;
  readonly #map: SunSpecMap | undefined;
  readonly #clock: MeterClock | undefined;
  #fast: readonly Block[];
  #slow: readonly Block[];
  readonly #refused: BlockOutcome[] = [];
  #isStarted = false;
  #base = 0;
  #rating: Rating;
  #slowReadAt = Number.NEGATIVE_INFINITY;

  constructor(parts: ModbusProbeParts) {
    const { clock, connection, log, options, place, stopping, wait } = parts;
    const { meter } = place;
    this.#parts = parts;
    this.#model = tunedModel(parts.model, meter.tuning);
    this.#timing = timingOf(meter.tuning, parts.model.timing, options);
    this.#line = singleLine(connection, log);
    const isCalling = connection.kind === 'tcp-listen' || connection.kind === 'rtu-listen';
    const modbus = new ModbusConnection({
      way: this.#line.way,
      timeout: this.#timing.timeout,
      connectTimeout: isCalling ? wait : options.connectTimeout,
      pauseAfterConnect: this.#timing.pauseAfterConnect,
    });
    this.#connection = new DialledConnection({ line: place.line, connection: modbus, longestPause: 0, clock, log });
    this.#health = new MeterHealth(place, log);
    this.#access = new UnitAccess({
      connection: this.#connection,
      timing: this.#timing,
      health: this.#health,
      stopping,
      clock,
    });
    const { unit } = connection;
    const rating = { ctRatio: meter.ctRatio, ptRatio: meter.ptRatio };
    const own = { meter: meter.id, unit, clock, log };
    this.#rating = rating;
    this.#ratios = new TransformerRatios({ ...own, registers: this.#model.ratios, configured: rating });
    const { registers, sunspec } = this.#model;
    const functionCode = registers[0]?.functionCode ?? 3;
    this.#map = sunspec && new SunSpecMap({ unit, functionCode, models: sunspec.models });
    const attempt = { ...own, model: this.#model.id, probeInterval: options.probeInterval };
    this.#clock = this.#model.clock && new MeterClock(this.#model.clock, unit, attempt);
    const slow = registers.filter(({ isSlow }) => isSlow);
    const fast = registers.filter(({ isSlow }) => !isSlow);
    // Where everything is slow, nothing is.
    this.#fast = planReads(fast.length > 0 ? fast : slow, this.#model);
    this.#slow = planReads(fast.length > 0 ? slow : [], this.#model);
  }

  get health() {
    return this.#health.status;
  }

  async read(): Promise<Probed> {
    try {
      const probed = await this.#readNow();
      this.#health.answered(probed.reading.time);
      return probed;
    } catch (error) {
      this.#health.failed(error, { isToldElsewhere: true });
      throw error;
    } finally {
      if (this.#timing.closeAfterPoll) this.#connection.close();
    }
  }

  identify(): Promise<Identity | undefined> {
    return identityOf(this.#parts.connection.unit, this.#access.ask);
  }

  logs(): Promise<ProbedLogs | undefined> {
    const { connection, log, place } = this.#parts;
    const own = { meter: place.meter.id, unit: connection.unit, model: this.#model, log };
    return probedLogs({ ...own, rating: this.#rating, ask: this.#ownAccess().ask });
  }

  async findVoltages(nominalKv: number | undefined): Promise<readonly VoltageFinding[]> {
    const { unit } = this.#parts.connection;
    const known = nominalKv === undefined ? {} : { nominalKv };
    return searchVoltages({ unit, model: this.#model, rating: this.#rating, ask: this.#access.ask, ...known });
  }

  async otherProtocol() {
    const { connection, options } = this.#parts;
    const other = otherProtocol(connection);
    if (!other) return undefined;
    // The device may take one client only.
    this.#connection.close();
    const times = { timeout: this.#timing.timeout, connectTimeout: options.connectTimeout };
    return (await isAnswering(other, this.#cheapest(), times)) ? other : undefined;
  }

  async close(): Promise<void> {
    this.#connection.stop();
    this.#line.stop();
  }

  async #start(): Promise<void> {
    const { stopping } = this.#parts;
    await this.#line.start();
    this.#isStarted = true;
    // An abort that came before tells nobody any more.
    stopping.throwIfAborted();
    // What is waited for is given up.
    stopping.addEventListener('abort', () => this.#connection.close(), { once: true });
  }

  /** One value, which the device has if it is of the model. */
  #cheapest(): RegisterRequest {
    const [block] = [...this.#fast, ...this.#slow];
    const [register] = block?.registers ?? [];
    const { unit } = this.#parts.connection;
    if (!register) return { unit, functionCode: 3, start: 0, count: 1 };
    const { address, functionCode, type } = register;
    return { unit, functionCode, start: address, count: REGISTERS_OF[type] };
  }

  async #readNow(): Promise<Probed> {
    const { clock, connection } = this.#parts;
    if (!this.#isStarted) await this.#start();
    const number = await this.#access.connected();
    if (this.#map) this.#base = await this.#map.base(number, this.#access.ask);
    const startedAt = clock.now();
    const notes: string[] = [];
    const { hangUps } = this.#access;
    const own = this.#ownAccess();
    await this.#readRatios(number, own.ask, notes);
    const isSlowDue = clock.now() - this.#slowReadAt >= this.#timing.slowInterval;
    let time: number | undefined;
    const stamped: Ask = async (request) => {
      const bytes = await own.ask(request);
      time ??= clock.now();
      return bytes;
    };
    const fast = await readThoroughly(connection.unit, this.#fast, stamped);
    const slow = isSlowDue ? await readThoroughly(connection.unit, this.#slow, stamped, { isAnswering: true }) : [];
    if (isSlowDue) this.#slowReadAt = startedAt;
    this.#fast = this.#given(fast);
    if (isSlowDue) this.#slow = this.#given(slow);
    const outcomes = [...fast, ...slow];
    const isIncomplete = outcomes.some((outcome) => !outcome.bytes && !isRefused(outcome));
    if (isIncomplete && this.#access.hangUps > hangUps) notes.push(ON_HANG_UPS);
    const all = [...outcomes, ...this.#refused.filter((refused) => !outcomes.includes(refused))];
    const { values, missing } = primaryOf(rawValues(all), this.#rating);
    const place = this.#model.clock;
    const clockRead =
      isSlowDue && this.#clock && place ? await probedClock(this.#clock, place, this.#base, own) : undefined;
    const ahead = clockRead?.ahead;
    const reading: Reading = {
      meter: this.#parts.place.meter.id,
      time: time ?? startedAt,
      timeSource: 'register',
      arrivedAt: time ?? startedAt,
      values: typeof ahead === 'number' ? { ...values, clock_offset: ahead / 1_000 } : values,
      missing: typeof ahead === 'string' ? { ...missing, clock_offset: ahead } : missing,
    };
    const registers = [...rowsOf(this.#model, all, this.#base), ...(clockRead ? [clockRead.row] : [])];
    const scales = scalesOf(this.#model, all, this.#base);
    return { reading, registers, scales, messages: [], rating: this.#rating, notes, took: clock.now() - startedAt };
  }

  /** What was split stays split, and what was refused is noted and not asked for again. */
  #given(outcomes: readonly BlockOutcome[]): readonly Block[] {
    this.#refused.push(...outcomes.filter(isRefused));
    return outcomes.filter((outcome) => !isRefused(outcome)).map(({ block }) => block);
  }

  async #readRatios(number: number, ask: Ask, notes: string[]): Promise<void> {
    try {
      this.#rating = await this.#ratios.over(number, ask);
    } catch (error) {
      if (!(error instanceof UnusableRatio)) throw error;
      notes.push(`${error.message}: the daemon makes no readings until it is set in the meter or in the configuration`);
    }
  }

  /** Addresses of a SunSpec model count from where the device has it. */
  #ownAccess(): LineAccess {
    const access = this.#access;
    const base = this.#base;
    return withAsk(access, (request) =>
      access.ask('start' in request ? { ...request, start: request.start + base } : request),
    );
  }
}
