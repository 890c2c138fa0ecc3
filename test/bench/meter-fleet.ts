import type { Connection } from '../../src/domain/customer.ts';
import { type Fleet, fleetOf } from '../../src/domain/fleet.ts';
import type { Quantity } from '../../src/domain/quantity.ts';
import type { ModbusModel, ModbusRegister } from '../../src/meters/model.ts';

/** What 60 registers hold as 32-bit floats: the order of meters-server.ts, voltages and currents first. */
const MEASURED: readonly Quantity[] = [
  'voltage_l1_n',
  'voltage_l2_n',
  'voltage_l3_n',
  'voltage_l1_l2',
  'voltage_l2_l3',
  'voltage_l3_l1',
  'current_l1',
  'current_l2',
  'current_l3',
  'active_power_l1',
  'active_power_l2',
  'active_power_l3',
  'apparent_power_l1',
  'apparent_power_l2',
  'apparent_power_l3',
  'active_power_total',
  'apparent_power_total',
  'frequency',
  'thd_u_l1',
  'thd_u_l2',
  'thd_u_l3',
  'thd_i_l1',
  'thd_i_l2',
  'thd_i_l3',
  'current_n',
  'reactive_power_l1',
  'reactive_power_l2',
  'reactive_power_l3',
  'reactive_power_total',
  'voltage_unbalance',
];

export const benchModel: ModbusModel = {
  transport: 'modbus',
  id: 'bench',
  name: 'Thirty floats',
  source: 'test/bench',
  usualUnit: 1,
  maxBlock: 125,
  maxGap: 0,
  forbidden: [],
  timing: {},
  ratios: {},
  registers: MEASURED.map(
    (quantity, index): ModbusRegister => ({
      quantity,
      functionCode: 3,
      address: 2 * index,
      type: 'float32',
      order: 'ABCD',
      scale: 1,
      offset: 0,
      scaledBy: [],
      isSlow: false,
      isAlone: false,
    }),
  ),
};

/** One meter on each port, in the order of the ports. */
export function fleetOfMeters(count: number, firstPort: number, pollInterval: number): Fleet {
  const ports = Array.from({ length: count }, (_, index) => firstPort + index);
  return fleetWith(
    ports.map((port) => ({ kind: 'modbus-tcp', host: '127.0.0.1', port, unit: 1 })),
    'bench',
    pollInterval,
  );
}

/** One meter on each topic of the broker 'bench', with plain JSON. */
export function mqttFleet(topics: readonly string[]): Fleet {
  return fleetWith(
    topics.map((topic) => ({ kind: 'mqtt', broker: 'bench', topic })),
    'plain-json',
    1_000,
  );
}

function fleetWith(connections: readonly Connection[], model: string, pollInterval: number): Fleet {
  return fleetOf(
    connections.map((connection, index) => ({
      id: `c${index}`,
      name: `Customer ${index}`,
      class: 'first',
      industry: 'steel',
      accountManager: 'am',
      supplyPoints: [
        {
          id: `s${index}`,
          name: `Feed ${index}`,
          nominalKv: 0.38,
          feeder: 'F1',
          substation: 'East',
          contractKva: 1_000,
          meters: [{ id: `m${index}`, model, connection, pollInterval, ctRatio: 1, ptRatio: 1 }],
        },
      ],
    })),
  );
}
