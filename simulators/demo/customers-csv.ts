import type { Grid } from '../electricity/grid.ts';
import type { PlannedMeter } from '../fleet/meter-plan.ts';
import { accountManagerOf } from './people.ts';

const COLUMNS = [
  'customer',
  'name',
  'class',
  'industry',
  'account_manager',
  'supply_point',
  'supply_point_name',
  'nominal_kv',
  'feeder',
  'substation',
  'contract_kva',
  'transformer_kva',
  'meter',
  'model',
  'connection',
  'poll_interval',
  'ct_ratio',
  'pt_ratio',
] as const;

type Row = Readonly<Record<(typeof COLUMNS)[number], string | number>>;

/** customers.csv of the demo: one row for each meter. `connectionOf` says where a meter is reached. */
export function customersCsv(
  plan: readonly PlannedMeter[],
  grid: Pick<Grid, 'feeders'>,
  connectionOf: (meter: PlannedMeter) => string,
): string {
  const substations = new Map(grid.feeders.map((feeder) => [feeder.id, feeder.substation]));
  const rows = plan.map((meter, index): Row => {
    const { customer } = meter;
    return {
      customer: customer.id,
      name: customer.name,
      class: customer.class,
      industry: customer.industry.name,
      account_manager: accountManagerOf(index, plan.length).id,
      supply_point: `${customer.id}-a`,
      supply_point_name: '1# 进线 Feed 1',
      nominal_kv: customer.kv,
      feeder: customer.feeder,
      substation: substations.get(customer.feeder) ?? '',
      contract_kva: customer.contractKva,
      transformer_kva: customer.transformerKva,
      meter: meter.id,
      model: meter.model,
      connection: connectionOf(meter),
      poll_interval: '1s',
      ct_ratio: meter.showsSecondary ? customer.ratios.ct : 1,
      pt_ratio: meter.showsSecondary ? customer.ratios.pt : 1,
    };
  });
  // No value of ours holds a comma or a quotation mark.
  const lines = rows.map((row) => COLUMNS.map((column) => row[column]).join(','));
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}
