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
}

export type Connection =
  | {
      readonly kind: 'modbus-tcp' | 'rtu-over-tcp';
      readonly host: string;
      readonly port: number;
      readonly unit: number;
    }
  | { readonly kind: 'mqtt'; readonly broker: string; readonly topic: string };

/**
 * The physical line that a meter hangs on. Meters of one line share its fate: one gateway, one broker.
 * 'modbus-tcp://10.1.2.3:502' or 'mqtt://BROKER'.
 */
export function lineOf(connection: Connection): string {
  return connection.kind === 'mqtt'
    ? `mqtt://${connection.broker}`
    : `${connection.kind}://${connection.host}:${connection.port}`;
}

/** What a supply point may draw, in kVA: the smaller of contract and transformer capacity; undefined when neither is known. */
export function capacityKva({ contractKva, transformerKva }: SupplyPoint): number | undefined {
  const smaller = Math.min(contractKva ?? Number.POSITIVE_INFINITY, transformerKva ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(smaller) ? smaller : undefined;
}
