/** Importance class of a customer, GB/T 29328: 特级, 一级, 二级, 临时. */
export type CustomerClass = 'special' | 'first' | 'second' | 'temporary';

export const CUSTOMER_CLASSES = ['special', 'first', 'second', 'temporary'] as const satisfies CustomerClass[];

export type Locale = 'zh-CN' | 'en';

export const LOCALES = ['zh-CN', 'en'] as const satisfies Locale[];

export type Role = 'account_manager' | 'grid_engineer';

/** Someone who is told things. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly email: string;
  readonly locale: Locale;
}

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly class: CustomerClass;
  readonly industry: string;
  /** The id of a person with the role account_manager. */
  readonly accountManager: string;
  readonly supplyPoints: readonly SupplyPoint[];
}

/** One feed of a customer. Voltages in kV line to line, capacities in kVA. */
export interface SupplyPoint {
  readonly id: string;
  readonly name: string;
  readonly nominalKv: number;
  readonly feeder: string;
  readonly substation: string;
  readonly contractKva?: number;
  readonly transformerKva?: number;
  readonly meters: readonly Meter[];
}

export interface Meter {
  readonly id: string;
  /** The id of a model: a register map or a payload mapping. */
  readonly model: string;
  readonly connection: Connection;
  /** Milliseconds between two polls, or between two messages that are expected. */
  readonly pollInterval: number;
  /** What turns the meter's values into primary values; 1 where the meter does that itself. */
  readonly ctRatio: number;
  readonly ptRatio: number;
  /** What of its model's way of being asked is different for this meter. */
  readonly tuning?: Tuning;
}

/** How a meter is asked. Whatever is absent is as in its model, or as in the section `modbus:`. Times in milliseconds. */
export interface Tuning {
  readonly functionCode?: 3 | 4;
  readonly maxBlock?: number;
  readonly maxGap?: number;
  readonly timeout?: number;
  readonly retries?: number;
  readonly pauseAfterConnect?: number;
  readonly pauseBetweenRequests?: number;
  readonly closeAfterPoll?: boolean;
  /** Between two readings of the slow registers. */
  readonly slowInterval?: number;
}

export type Parity = 'none' | 'even' | 'odd';

/** Modbus over a network, to an address that we call. */
export interface CalledConnection {
  readonly kind: 'modbus-tcp' | 'rtu-over-tcp';
  readonly host: string;
  readonly port: number;
  readonly unit: number;
}

/** A serial port of this machine. */
export interface SerialConnection {
  readonly kind: 'rtu-serial';
  readonly path: string;
  readonly baudRate: number;
  readonly parity: Parity;
  readonly stopBits: 1 | 2;
  readonly unit: number;
}

/** A modem behind a private address that calls us at `host:port`, and says who it is where it has a registration text. */
export interface CallingConnection {
  readonly kind: 'tcp-listen' | 'rtu-listen';
  readonly host: string;
  readonly port: number;
  readonly registration?: string;
  /** What it sends now and then to keep the line open. */
  readonly heartbeat?: string;
  readonly unit: number;
}

export type ModbusWay = CalledConnection | SerialConnection | CallingConnection;

export interface MqttConnection {
  readonly kind: 'mqtt';
  readonly broker: string;
  /** What stands for the meter in the topics of its model. */
  readonly topic: string;
  /** What a payload that speaks for several meters must say to speak for this one: field → value. */
  readonly select?: Readonly<Record<string, string>>;
}

export type Connection = ModbusWay | MqttConnection;

/**
 * The physical line that a meter hangs on. Meters of one line share its fate: one gateway, one serial port, one modem, one
 * broker. 'modbus-tcp://10.1.2.3:502', 'rtu-serial:///dev/ttyUSB0', 'rtu-listen://:5020?registration=DTU1' or 'mqtt://BROKER'.
 */
export function lineOf(connection: Connection): string {
  switch (connection.kind) {
    case 'mqtt':
      return `mqtt://${connection.broker}`;
    case 'rtu-serial':
      return `rtu-serial://${connection.path}`;
    case 'tcp-listen':
    case 'rtu-listen': {
      const { registration } = connection;
      const caller = registration === undefined ? '' : `?registration=${encodeURIComponent(registration)}`;
      return `${connection.kind}://${connection.host}:${connection.port}${caller}`;
    }
    default:
      return `${connection.kind}://${connection.host}:${connection.port}`;
  }
}

/** What a supply point may draw, in kVA: the smaller of contract and transformer capacity; undefined when neither is known. */
export function capacityKva({ contractKva, transformerKva }: SupplyPoint): number | undefined {
  const smaller = Math.min(contractKva ?? Number.POSITIVE_INFINITY, transformerKva ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(smaller) ? smaller : undefined;
}
