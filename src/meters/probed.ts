import type { CalledConnection } from '../domain/customer.ts';
import type { Quantity } from '../domain/quantity.ts';
import type { Reading } from '../domain/reading.ts';
import type { MeterStatus } from './meter-health.ts';
import type { Identity } from './modbus/identity.ts';
import type { ProbedLogs } from './modbus/probed-logs.ts';
import type { VoltageFinding } from './modbus/voltage-search.ts';
import type { FunctionCode, ScaleRegister } from './model.ts';
import type { Rating } from './rating.ts';

/** A place in the meter that was asked for, as it stands on the wire. */
export interface ProbedRegister {
  readonly quantity: Quantity;
  readonly functionCode: FunctionCode;
  /** 0-based. */
  readonly address: number;
  /** Undefined where the meter did not give it. */
  readonly words: readonly number[] | undefined;
  /** Why not. */
  readonly cause?: string;
}

/** A register that says how values are to be scaled. */
export interface ProbedScale {
  /** The values that it scales. */
  readonly of: readonly Quantity[];
  readonly means: ScaleRegister['means'];
  readonly functionCode: FunctionCode;
  /** 0-based. */
  readonly address: number;
  readonly words: readonly number[] | undefined;
  /** The power of ten, the factor or the divisor. */
  readonly value?: number;
  /** Why there is none. */
  readonly cause?: string;
}

/** A message that came on a topic of the meter. */
export interface HeardMessage {
  readonly topic: string;
  readonly payload: Buffer;
  /** The broker had kept it; such messages are not counted as readings. */
  readonly isRetained: boolean;
  readonly arrivedAt: number;
  /** Why nothing can be made of it. */
  readonly problem?: string;
}

/** What a meter said, before anyone judged it. */
export interface Probed {
  readonly reading: Reading;
  /** Of a Modbus meter. */
  readonly registers: readonly ProbedRegister[];
  /** Of a Modbus meter whose values are scaled by registers: those that were read. */
  readonly scales: readonly ProbedScale[];
  /** Of an MQTT meter: what came since the reading before. */
  readonly messages: readonly HeardMessage[];
  /** The transformer ratios that the values were multiplied by. */
  readonly rating: Rating;
  /** What the person should know beside the values. */
  readonly notes: readonly string[];
  /** Milliseconds. */
  readonly took: number;
}

/** One meter for one person. Nothing is written to it. */
export interface Probe {
  /** Polls made or messages heard, and how many failed. */
  readonly health: MeterStatus;
  /** Everything at the first time, then what is due. Rejects with a MeterError; the next call connects anew. */
  read(): Promise<Probed>;
  /** What a Modbus device says of itself, where it says anything. */
  identify?(): Promise<Identity | undefined>;
  /** What the logs of a Modbus device hold, where its model has any. */
  logs?(): Promise<ProbedLogs | undefined>;
  /** In which ways its voltages would make sense where they do not; `nominalKv` in kV where it is known. */
  findVoltages?(nominalKv: number | undefined): Promise<readonly VoltageFinding[]>;
  /** The other protocol, where it answers at the same host and port. */
  otherProtocol?(): Promise<CalledConnection | undefined>;
  /** Of an MQTT meter: what was heard of late, understood or not. */
  readonly messages?: readonly HeardMessage[];
  /** Of an MQTT meter: the paths at which its model looks for values. */
  readonly lookedFor?: readonly string[];
  close(): Promise<void>;
}
