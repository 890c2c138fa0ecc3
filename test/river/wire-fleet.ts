import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../servers/free-port.ts';
import { ModbusServer } from '../servers/modbus-server.ts';
import { WireTap } from '../servers/wire-tap.ts';
import { customer, type Sections } from './installation.ts';

/** A meter with an event log and load records in files; registers of our own choice. */
const RECORDER = `
id: recorder
name: Recorder
source: none, made for a test
transport: modbus
function_code: 3
byte_order: ABCD
registers:
  voltage_l1_n: { address: 0 }
  voltage_l2_n: { address: 2 }
  voltage_l3_n: { address: 4 }
events:
  form: file
  interval: 200ms
  newest: { address: 100, type: uint16 }
  file: 4
  capacity: 10
  record_length: 8
  fields:
    start: { address: 0, type: uint32, format: unix_s }
    kind: { address: 2, type: uint16, kinds: { 2: dip } }
    phases: { address: 3, type: uint16, coding: mask }
    duration: { address: 4, type: uint32 }
    extreme: { address: 6, type: float32 }
records:
  interval: 200ms
  newest: { address: 101, type: uint16 }
  file: 5
  capacity: 10
  record_length: 4
  time: { address: 0, type: uint32, format: unix_s }
  values: { active_power_total: { address: 2, type: int32 } }
`;

/** Units of the gateway. */
const UNIT = { sdm630: 1, pac4200: 2, recorder: 3, dead: 4, voltagesOnly: 5, busy: 6, unreachable: 7, secondary: 8 };
const EXCEPTION: Readonly<Record<number, number>> = { [UNIT.busy]: 6, [UNIT.unreachable]: 11 };
const SILENT_UNITS = 3;

const REGISTRATION = 'DTU-0815';

/** Every kind of line and meter, on real sockets, with a tap on every wire. */
export class WireFleet {
  readonly tap = new WireTap();
  readonly gateway = new ModbusServer('tcp');
  readonly serialGateway = new ModbusServer('rtu');
  readonly sunSpec = new ModbusServer('tcp');
  readonly modem = new ModbusServer('rtu');
  #modemPort = 0;
  #redial: NodeJS.Timeout | undefined;
  #isStopped = false;

  get servers(): readonly ModbusServer[] {
    return [this.gateway, this.serialGateway, this.sunSpec, this.modem];
  }

  async start(): Promise<void> {
    for (const server of this.servers) server.heard = this.tap.heard;
    for (const server of [this.gateway, this.serialGateway, this.sunSpec]) await server.start();
    this.#modemPort = await freePort();
    putSdm630(this.gateway, UNIT.sdm630);
    putPac4200(this.gateway, UNIT.pac4200);
    putFloats(this.gateway, UNIT.recorder, 3, [0, 2, 4], PHASES);
    this.gateway.put(UNIT.recorder, 3, 100, [0, 0]);
    putFloats(this.gateway, UNIT.voltagesOnly, 3, [1, 3, 5, 7, 9, 11], [...PHASES, ...LINES]);
    putAdl3000(this.gateway, UNIT.secondary);
    this.gateway.identify(UNIT.sdm630, ['Maker', 'SDM630', 'V2']);
    this.gateway.fault = ({ unit }) => {
      const code = EXCEPTION[unit];
      return code === undefined ? undefined : { kind: 'exception', code };
    };
    putSdm630(this.serialGateway, 1);
    putPac4200(this.serialGateway, 2);
    putSdm630(this.modem, 1);
    putSunSpec(this.sunSpec);
    this.#dial();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#redial);
    for (const server of this.servers) await server.stop();
  }

  /** Meters that have something to say. */
  get talking(): number {
    return this.#meters().length - SILENT_UNITS;
  }

  /** The sections of a configuration with all its meters; the model file goes into `folder`. */
  sections(folder: string): Sections {
    mkdirSync(join(folder, 'models'));
    writeFileSync(join(folder, 'models', 'recorder.yaml'), RECORDER);
    return {
      models_dir: './models',
      modbus: { timeout: '400ms', probe_interval: '300ms' },
      customers: this.#meters().map(([id, nominalKv, model, connection]) =>
        customer(id, id, 'reed', nominalKv, { model, connection }),
      ),
    };
  }

  /** Event record `number`: a dip of L2. */
  putEvent(number: number, start: number, duration: number, extreme: number): void {
    const offset = (number - 1) * 8;
    this.gateway.putRecords(UNIT.recorder, 4, offset, [...words32(start / 1_000), 2, 2, ...words32(duration)]);
    this.gateway.putRecords(UNIT.recorder, 4, offset + 6, floatWords(extreme));
    this.gateway.put(UNIT.recorder, 3, 100, [number]);
  }

  /** Load record `number`, in W. */
  putRecord(number: number, time: number, watts: number): void {
    const words = [...words32(time / 1_000), ...words32(watts)];
    this.gateway.putRecords(UNIT.recorder, 5, (number - 1) * 4, words);
    this.gateway.put(UNIT.recorder, 3, 101, [number]);
  }

  /** Requests for records of a file so far: 4 has events, 5 load records. */
  fileReads(file: number): number {
    return this.gateway.requests.filter((request) => request.file === file).length;
  }

  /** Looks at the number of the newest load record so far. */
  recordLooks(): number {
    return this.gateway.requests.filter(({ unit, start }) => unit === UNIT.recorder && start === 101).length;
  }

  /** The modem calls until somebody listens, and again when it was hung up on. */
  #dial(): void {
    const call = connect({ port: this.#modemPort, host: '127.0.0.1', noDelay: true });
    call.write(REGISTRATION);
    this.modem.serve(call);
    call.on('close', () => {
      if (!this.#isStopped) this.#redial = setTimeout(() => this.#dial(), 100);
    });
  }

  #meters(): readonly (readonly [id: string, nominalKv: number, model: string, connection: string])[] {
    const tcp = (unit: number) => `modbus-tcp://127.0.0.1:${this.gateway.port}/${unit}`;
    const rtu = (unit: number) => `rtu-over-tcp://127.0.0.1:${this.serialGateway.port}/${unit}`;
    return [
      ['sdm630', 0.38, 'sdm630', tcp(UNIT.sdm630)],
      ['pac4200', 0.38, 'pac4200', tcp(UNIT.pac4200)],
      ['recorder', 0.38, 'recorder', tcp(UNIT.recorder)],
      ['dead', 0.38, 'pac4200', tcp(UNIT.dead)],
      ['voltages', 0.38, 'pac4200', tcp(UNIT.voltagesOnly)],
      ['busy', 0.38, 'pac4200', tcp(UNIT.busy)],
      ['unreachable', 0.38, 'pac4200', tcp(UNIT.unreachable)],
      ['secondary', 10, 'adl3000', tcp(UNIT.secondary)],
      ['serial-1', 0.38, 'sdm630', rtu(1)],
      ['serial-2', 0.38, 'pac4200', rtu(2)],
      ['sunspec', 0.38, 'sunspec-float', `modbus-tcp://127.0.0.1:${this.sunSpec.port}/1`],
      ['modem', 0.38, 'sdm630', `rtu-listen://127.0.0.1:${this.#modemPort}/1?registration=${REGISTRATION}`],
    ];
  }
}

const PHASES = [220, 221, 219];
const LINES = [381.9, 381.1, 380.2];

function zeros(server: ModbusServer, unit: number, functionCode: number, first: number, last: number): void {
  server.put(unit, functionCode, first, new Array<number>(last - first + 1).fill(0));
}

function putFloats(
  server: ModbusServer,
  unit: number,
  functionCode: number,
  addresses: readonly number[],
  values: readonly number[],
): void {
  for (const [index, address] of addresses.entries()) server.putFloat(unit, functionCode, address, values[index] ?? 0);
}

/** Eastron SDM630 Modbus Protocol Implementation V1.7: input registers. */
function putSdm630(server: ModbusServer, unit: number): void {
  zeros(server, unit, 4, 0, 107);
  zeros(server, unit, 4, 200, 269);
  putFloats(server, unit, 4, [0, 2, 4, 70, 200, 202, 204], [...PHASES, 50, ...LINES]);
}

/** Siemens PAC4200 manual: holding registers. */
function putPac4200(server: ModbusServer, unit: number): void {
  zeros(server, unit, 3, 1, 74);
  zeros(server, unit, 3, 243, 302);
  putFloats(server, unit, 3, [1, 3, 5, 7, 9, 11, 55], [...PHASES, ...LINES, 50]);
}

/** Acrel address table: secondary values, with their ratios at 141 (voltage) and 142 (current). 57.7 V × 2.5 A are 144 W. */
function putAdl3000(server: ModbusServer, unit: number): void {
  zeros(server, unit, 3, 10, 60);
  zeros(server, unit, 3, 356, 379);
  server.put(unit, 3, 97, [577, 578, 576, 250, 250, 250]);
  server.put(unit, 3, 119, [5_000]);
  server.put(unit, 3, 141, [100, 4]);
  // Active and apparent power of each phase, and their totals.
  for (const first of [356, 372]) server.put(unit, 3, first, [0, 144, 0, 144, 0, 144, 0, 432]);
}

/** SunSpec: mark, common model 1 of 66 registers, model 213 of 124, end. Values count from the id of their model. */
function putSunSpec(server: ModbusServer): void {
  const [mark, common, meter] = [40_000, 40_002, 40_070];
  zeros(server, 1, 3, mark, meter + 127);
  server.put(1, 3, mark, [0x5375, 0x6e53]);
  server.put(1, 3, common, [1, 66]);
  server.put(1, 3, meter, [213, 124]);
  const addresses = [12, 14, 16, 20, 22, 24, 26].map((offset) => meter + offset);
  putFloats(server, 1, 3, addresses, [...PHASES, ...LINES, 50]);
  server.put(1, 3, meter + 126, [0xffff, 0]);
}

function words32(value: number): readonly number[] {
  const whole = Math.floor(value);
  return [Math.floor(whole / 65_536), whole % 65_536];
}

function floatWords(value: number): readonly number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
}
