import { CURRENTS, LINE_VOLTAGES, PHASE_VOLTAGES } from '../domain/quantity.ts';
import { COLUMNS, type ColumnsOfPhases, columnOf, columnsOf } from './columns.ts';

/** One quantity in three phases. When two of them move by `moved` of their size, the third cannot stand still. */
export interface Sisters {
  readonly columns: ColumnsOfPhases;
  readonly moved: number;
}

export const PHASE_VOLTAGE_COLUMNS = columnsOf(PHASE_VOLTAGES);
export const LINE_VOLTAGE_COLUMNS = columnsOf(LINE_VOLTAGES);
export const VOLTAGE_COLUMNS = [...PHASE_VOLTAGE_COLUMNS, ...LINE_VOLTAGE_COLUMNS];
export const CURRENT_COLUMNS = columnsOf(CURRENTS);

const VOLTAGE_MOVED = 0.01;
const LOAD_MOVED = 0.1;

export const SISTERS: readonly Sisters[] = [
  { columns: PHASE_VOLTAGE_COLUMNS, moved: VOLTAGE_MOVED },
  { columns: LINE_VOLTAGE_COLUMNS, moved: VOLTAGE_MOVED },
  { columns: CURRENT_COLUMNS, moved: LOAD_MOVED },
  { columns: columnsOf(['active_power_l1', 'active_power_l2', 'active_power_l3']), moved: LOAD_MOVED },
  { columns: columnsOf(['reactive_power_l1', 'reactive_power_l2', 'reactive_power_l3']), moved: LOAD_MOVED },
  { columns: columnsOf(['apparent_power_l1', 'apparent_power_l2', 'apparent_power_l3']), moved: LOAD_MOVED },
];

/** What is never quite the same in two measurements of a live supply. */
export const ANALOGUE_COLUMNS: readonly number[] = [
  ...SISTERS.flatMap(({ columns }) => columns),
  columnOf('current_n'),
  columnOf('active_power_total'),
  columnOf('reactive_power_total'),
  columnOf('apparent_power_total'),
  columnOf('frequency'),
];

export const IS_ANALOGUE = Uint8Array.from({ length: COLUMNS }, (_, column) =>
  ANALOGUE_COLUMNS.includes(column) ? 1 : 0,
);
