import type { Clock } from '../clock.ts';
import type { Faults } from '../electricity/faults.ts';
import type { Grid } from '../electricity/grid.ts';
import { SimulatedMeter } from '../electricity/simulated-meter.ts';
import { ModbusGateway, type ModbusUnit } from '../modbus/gateway.ts';
import { pac4200 } from '../modbus/pac4200.ts';
import { pm5xxx } from '../modbus/pm5xxx.ts';
import { sdm630 } from '../modbus/sdm630.ts';
import { PublishingMeter } from '../mqtt/publishing-meter.ts';
import type { PlannedMeter } from './meter-plan.ts';

const LAYOUTS = [sdm630, pac4200, pm5xxx];
const PUBLISH_INTERVAL_MS = 1_000;

export interface MeterFleetOptions {
  readonly plan: readonly PlannedMeter[];
  readonly grid: Grid;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly brokerUrl: string;
}

/** All planned meters, speaking: Modbus gateways on ports of their own, and clients of the MQTT broker. */
export class MeterFleet {
  readonly #options: MeterFleetOptions;
  readonly #gateways = new Map<string, ModbusGateway>();
  readonly #publishers: PublishingMeter[] = [];

  constructor(options: MeterFleetOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    for (const [name, units] of this.#unitsByGateway()) {
      const isSilent = () => this.#options.faults.isGatewaySilent(name);
      const gateway = new ModbusGateway({ units, isSilent });
      await gateway.start();
      this.#gateways.set(name, gateway);
    }
    for (const meter of this.#options.plan) {
      if (meter.link.kind === 'mqtt') await this.#startPublisher(meter, meter.link.topic);
    }
  }

  /** Where a meter is reached, as pq-butler's configuration writes it. */
  connectionOf(meter: PlannedMeter, brokerId: string): string {
    if (meter.link.kind === 'mqtt') return `mqtt://${brokerId}/${meter.link.topic}`;
    return `${this.addressOf(meter.link.gateway)}/${meter.link.unit}`;
  }

  /** 'modbus-tcp://127.0.0.1:PORT' of a gateway, once started. */
  addressOf(gateway: string): string {
    const server = this.#gateways.get(gateway);
    if (!server) throw new Error(`${gateway} is not started`);
    return `modbus-tcp://127.0.0.1:${server.port}`;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#publishers.map((publisher) => publisher.stop()));
    await Promise.all([...this.#gateways.values()].map((gateway) => gateway.stop()));
  }

  async #startPublisher(meter: PlannedMeter, topic: string): Promise<void> {
    const { brokerUrl, clock, faults } = this.#options;
    const measure = this.#measureOf(meter);
    const isSilent = () => faults.isMeterSilent(meter.id);
    const intervalMs = PUBLISH_INTERVAL_MS;
    const publisher = new PublishingMeter({
      brokerUrl,
      clientId: meter.id,
      topic,
      intervalMs,
      measure,
      clock,
      isSilent,
    });
    this.#publishers.push(publisher);
    await publisher.start();
  }

  #unitsByGateway(): Map<string, Map<number, ModbusUnit>> {
    const gateways = new Map<string, Map<number, ModbusUnit>>();
    for (const meter of this.#options.plan) {
      if (meter.link.kind !== 'modbus') continue;
      const layout = LAYOUTS.find((candidate) => candidate.name === meter.model);
      if (!layout) throw new RangeError(`No register layout ${meter.model}`);
      const units = gateways.get(meter.link.gateway) ?? new Map<number, ModbusUnit>();
      const isSilent = () => this.#options.faults.isMeterSilent(meter.id);
      units.set(meter.link.unit, { layout, measure: this.#measureOf(meter), isSilent });
      gateways.set(meter.link.gateway, units);
    }
    return gateways;
  }

  #measureOf(meter: PlannedMeter) {
    const { grid, clock } = this.#options;
    const ratios = meter.showsSecondary ? meter.customer.ratios : undefined;
    const simulated = new SimulatedMeter(grid, meter.customer, clock, ratios);
    return () => simulated.measure();
  }
}
