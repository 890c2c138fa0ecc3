import { z } from 'zod';
import { duration } from '../lib/duration.ts';
import { bothOrNeither } from '../lib/login.ts';
import { secret } from '../lib/secret.ts';

/** A duration that a meter and its neighbours can live with. */
function between(shortest: string, longest: string) {
  const [min, max] = [duration.parse(shortest), duration.parse(longest)];
  return duration.refine((ms) => ms >= min && ms <= max, { error: `expected ${shortest} to ${longest}` });
}

/** The section `modbus:`. Durations in milliseconds. */
export const modbusOptions = z
  .strictObject({
    timeout: between('20ms', '1m').prefault('1s'),
    connect_timeout: between('20ms', '1m').prefault('3s'),
    pause_between_requests: between('0ms', '1m').prefault('0ms'),
    probe_interval: between('100ms', '1h').prefault('30s'),
  })
  .transform((section) => ({
    timeout: section.timeout,
    connectTimeout: section.connect_timeout,
    pauseBetweenRequests: section.pause_between_requests,
    probeInterval: section.probe_interval,
  }))
  .prefault({});

export type ModbusOptions = z.output<typeof modbusOptions>;

const BROKER_URL = 'expected mqtt://host:port or mqtts://host:port, without a user name or a password in it';

const broker = z
  .strictObject({
    id: z.string().min(1),
    url: z.string().refine(isBrokerUrl, { error: BROKER_URL }),
    client_id: z.string().min(1).default('pq-butler'),
    username: z.string().min(1).optional(),
    password: secret.optional(),
  })
  .superRefine(bothOrNeither)
  .transform((section) => ({
    id: section.id,
    url: section.url,
    clientId: section.client_id,
    ...(section.username !== undefined && { username: section.username }),
    ...(section.password !== undefined && { password: section.password }),
  }));

/** The section `mqtt:`. */
export const mqttOptions = z
  .strictObject({
    brokers: z.array(broker).default([]),
  })
  .prefault({});

export type BrokerOptions = z.output<typeof broker>;
export type MqttOptions = z.output<typeof mqttOptions>;

function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    ['mqtt:', 'mqtts:'].includes(url.protocol) && url.hostname !== '' && url.username === '' && url.password === ''
  );
}
