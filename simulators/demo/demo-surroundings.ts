import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { Faults } from '../electricity/faults.ts';
import { Grid } from '../electricity/grid.ts';
import { MeterFleet } from '../fleet/meter-fleet.ts';
import { meterPlan, type PlannedMeter } from '../fleet/meter-plan.ts';
import { type CaughtMail, MailCatcher } from '../mail-catcher.ts';
import { MqttBroker } from '../mqtt/broker.ts';
import { customersCsv } from './customers-csv.ts';
import { BROKER_ID, daemonYaml } from './daemon-yaml.ts';

const SEED = 'pq-butler demo';

export interface SurroundingsOptions {
  /** Emptied at the start. */
  readonly folder: string;
  readonly webPort: number;
  readonly clock: Clock;
  readonly onMail: (mail: CaughtMail) => void;
}

/** All that the daemon finds in a city: customers' meters, a broker, a mail server, and a configuration that names them. */
export class DemoSurroundings {
  readonly faults = new Faults();
  readonly plan: readonly PlannedMeter[];
  readonly catcher: MailCatcher;
  readonly #options: SurroundingsOptions;
  readonly #grid: Grid;
  readonly #broker = new MqttBroker();
  #fleet: MeterFleet | undefined;

  constructor(options: SurroundingsOptions) {
    this.#options = options;
    this.#grid = new Grid(SEED, this.faults);
    this.plan = meterPlan(this.#grid.customers);
    this.catcher = new MailCatcher({ folder: this.mailFolder, onMail: options.onMail });
  }

  get mailFolder(): string {
    return join(this.#options.folder, 'mails');
  }

  get configFile(): string {
    return join(this.#options.folder, 'pq-butler.yaml');
  }

  /** Where a gateway is reached, once started. */
  addressOf(gateway: string): string {
    if (!this.#fleet) throw new Error('The meters are not started');
    return this.#fleet.addressOf(gateway);
  }

  async start(): Promise<void> {
    const { folder, webPort, clock } = this.#options;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await this.catcher.start();
    await this.#broker.start();
    const brokerUrl = this.#broker.url;
    const fleet = new MeterFleet({ plan: this.plan, grid: this.#grid, faults: this.faults, clock, brokerUrl });
    this.#fleet = fleet;
    await fleet.start();
    const customers = customersCsv(this.plan, this.#grid, (meter) => fleet.connectionOf(meter, BROKER_ID));
    await writeFile(join(folder, 'customers.csv'), customers);
    await writeFile(this.configFile, daemonYaml({ webPort, brokerUrl, mailPort: this.catcher.port }));
  }

  /** Closes what was started, in reverse order. */
  async stop(): Promise<void> {
    await this.#fleet?.stop();
    await this.#broker.stop();
    await this.catcher.stop();
  }
}
