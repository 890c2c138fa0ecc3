import { connectAsync, type MqttClient } from 'mqtt';
import type { Clock } from '../clock.ts';
import type { Measurement } from '../electricity/measurement.ts';
import { plainJson } from './plain-json.ts';

export interface PublishingMeterOptions {
  readonly brokerUrl: string;
  readonly clientId: string;
  readonly topic: string;
  readonly intervalMs: number;
  readonly measure: () => Measurement;
  readonly clock: Clock;
  /** While true, nothing is published. */
  readonly isSilent?: () => boolean;
}

/** A meter with an MQTT client of its own, which publishes its values with QoS 1. */
export class PublishingMeter {
  readonly #options: PublishingMeterOptions;
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PublishingMeterOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const client = await connectAsync(this.#options.brokerUrl, { clientId: this.#options.clientId });
    // mqtt.js connects again by itself; without a listener an error would end the process.
    client.on('error', () => undefined);
    this.#client = client;
    this.#publish(client);
    this.#timer = setInterval(() => this.#publish(client), this.#options.intervalMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client?.endAsync(true);
  }

  #publish(client: MqttClient): void {
    const { topic, measure, clock, isSilent } = this.#options;
    // Like a meter without memory: what cannot be sent now is not sent later.
    if (isSilent?.() || !client.connected) return;
    client.publish(topic, plainJson(measure(), clock.now()), { qos: 1 });
  }
}
