import { onTestFinished } from 'vitest';
import type { Measurement } from '../../simulators/electricity/measurement.ts';
import { ModbusGateway } from '../../simulators/modbus/gateway.ts';
import type { RegisterLayout } from '../../simulators/modbus/registers.ts';
import { type ModbusClient, modbusClient } from './modbus-client.ts';

/** A gateway with one meter, unit 1, that always shows `measurement`, and a client that is connected to it. */
export async function oneMeter(layout: RegisterLayout, measurement: Measurement): Promise<ModbusClient> {
  const gateway = new ModbusGateway({ units: new Map([[1, { layout, measure: () => measurement }]]) });
  await gateway.start();
  onTestFinished(() => gateway.stop());
  return modbusClient(gateway.port);
}
