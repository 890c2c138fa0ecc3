import type { Alert } from '../domain/alert.ts';
import { type Customer, capacityKva, lineOf, type SupplyPoint } from '../domain/customer.ts';
import { LOW_VOLTAGE_KV, nominalPhaseVolts, SINGLE_PHASE_KV } from '../domain/nominal-voltage.ts';
import { LINE_VOLTAGES, PHASE_VOLTAGES, type Quantity } from '../domain/quantity.ts';
import type { Span, Window } from '../domain/window.ts';
import { isMeteringFault } from '../notify/plain-words.ts';

/** The quantities that a summary looks at, in 10-minute windows. */
export const SUMMARY_QUANTITIES = [
  ...LINE_VOLTAGES,
  ...PHASE_VOLTAGES,
  'apparent_power_total',
] as const satisfies readonly Quantity[];

/** The windows that a summary is made of. */
export const SUMMARY_SPAN = '10m' satisfies Span;

/**
 * 'cannot say': less than this share of the expected readings came in, the meter was silent at the end, or its metering
 * circuit seems to be faulty.
 */
const ENOUGH = 0.9;

/** [from, to) in epoch milliseconds: a whole day, or what has passed of it. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

export type SummaryVerdict = 'trouble' | 'cannot say' | 'fine';

/** One customer's day. Figures are undefined where nothing was measured. */
export interface CustomerSummary {
  readonly customer: Customer;
  readonly verdict: SummaryVerdict;
  /** What fired, critical alerts first, then by time. */
  readonly alerts: readonly Alert[];
  /** Share of the expected readings, 0..1, the worst of the customer's meters. */
  readonly completeness: number;
  /** Too few data for a verdict that nothing happened. */
  readonly isBlind: boolean;
  /** A metering circuit seemed to be faulty: the figures are not to be trusted. */
  readonly isUntrusted: boolean;
  /** Lowest and highest 10-minute line voltage, deviation from nominal in %. */
  readonly lowestDeviation: number | undefined;
  readonly highestDeviation: number | undefined;
  /** Highest 10-minute load in % of the smaller of contract and transformer capacity, and when that window began. */
  readonly highestLoad: { readonly percent: number; readonly at: number } | undefined;
}

/** The customers' day, worst first. `windows` are the 10-minute windows of the period by meter. Pure. */
export function summarise(
  customers: readonly Customer[],
  alerts: readonly Alert[],
  windows: ReadonlyMap<string, readonly Window[]>,
  period: Period,
): readonly CustomerSummary[] {
  return customers
    .map((customer) => summariseOne(customer, alerts, windows, period))
    .sort((a, b) => rank(b) - rank(a) || a.completeness - b.completeness || a.customer.id.localeCompare(b.customer.id));
}

function summariseOne(
  customer: Customer,
  alerts: readonly Alert[],
  windows: ReadonlyMap<string, readonly Window[]>,
  period: Period,
): CustomerSummary {
  const meters = customer.supplyPoints.flatMap((point) => point.meters);
  const subjects = new Set(meters.flatMap((meter) => [meter.id, lineOf(meter.connection)]));
  const own = alerts.filter((alert) => subjects.has(alert.subject)).sort(bySeverity);
  const shares = meters.map((meter) => share(windows.get(meter.id) ?? [], meter.pollInterval, period));
  const completeness = shares.length === 0 ? 0 : Math.min(...shares);
  const points = customer.supplyPoints.map((point) => ({
    point,
    windows: point.meters.flatMap((meter) => windows.get(meter.id) ?? []),
  }));
  const deviations = points.flatMap(({ point, windows: own }) => own.flatMap((window) => deviationsOf(window, point)));
  const loads = points.flatMap(({ point, windows: own }) => own.flatMap((window) => loadOf(window, point)));
  const isUntrusted = own.some(isMeteringFault);
  const isBlind = completeness < ENOUGH || own.some((alert) => isSilentAt(alert, period.to));

  return {
    customer,
    verdict: own.some(isTrouble) ? 'trouble' : isBlind || isUntrusted ? 'cannot say' : 'fine',
    alerts: own,
    completeness,
    isBlind,
    isUntrusted,
    lowestDeviation: deviations.length > 0 ? Math.min(...deviations) : undefined,
    highestDeviation: deviations.length > 0 ? Math.max(...deviations) : undefined,
    highestLoad: loads.sort((a, b) => b.percent - a.percent)[0],
  };
}

/** Whether it is the customer's supply that is in trouble, and not only what we see of it. */
export function isTrouble(alert: Alert): boolean {
  return alert.rule !== 'meter_silent' && !isMeteringFault(alert);
}

/** Whether it is critical for the customer. */
export function isCritical(alert: Alert): boolean {
  return alert.severity === 'critical' && isTrouble(alert);
}

function isSilentAt({ rule, resolvedAt }: Alert, time: number): boolean {
  return rule === 'meter_silent' && (resolvedAt === undefined || resolvedAt > time);
}

/** Received over expected readings of the whole period: a window that never came counts as empty. */
function share(windows: readonly Window[], pollInterval: number, period: Period): number {
  const expected = (period.to - period.from) / pollInterval;
  const received = windows.reduce((sum, window) => sum + window.count, 0);
  return expected < 1 ? 0 : Math.min(1, received / expected);
}

/** Of the line voltages; of the phase voltages where a low-voltage meter gives no others. */
function deviationsOf(window: Window, { nominalKv }: SupplyPoint): readonly number[] {
  const nominal = nominalKv * 1000;
  const lines = deviationsFrom(nominal, window, LINE_VOLTAGES);
  if (lines.length > 0 || nominalKv > LOW_VOLTAGE_KV) return lines;
  return deviationsFrom(nominalKv <= SINGLE_PHASE_KV ? nominal : nominalPhaseVolts(nominal), window, PHASE_VOLTAGES);
}

function deviationsFrom(nominal: number, window: Window, quantities: readonly Quantity[]): readonly number[] {
  return quantities.flatMap((quantity) => {
    const aggregate = window.aggregates[quantity];
    return aggregate ? [(aggregate.value / nominal - 1) * 100] : [];
  });
}

function loadOf(window: Window, point: SupplyPoint): readonly { percent: number; at: number }[] {
  const apparent = window.aggregates.apparent_power_total;
  const capacity = capacityKva(point);
  if (!apparent || capacity === undefined) return [];
  return [{ percent: (apparent.value / 1000 / capacity) * 100, at: window.start }];
}

const VERDICT_RANK = { trouble: 2, 'cannot say': 1, fine: 0 } as const;
/** One critical alert outranks any number of warnings that a day can hold. */
const CRITICAL_WEIGHT = 1_000;
const VERDICT_WEIGHT = 1_000_000;

function rank(summary: CustomerSummary): number {
  const weights = summary.alerts.map((alert) => (isCritical(alert) ? CRITICAL_WEIGHT : 1));
  return VERDICT_RANK[summary.verdict] * VERDICT_WEIGHT + weights.reduce((sum, weight) => sum + weight, 0);
}

function bySeverity(a: Alert, b: Alert): number {
  return Number(isCritical(b)) - Number(isCritical(a)) || a.since - b.since;
}
