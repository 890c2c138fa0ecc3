import { z } from 'zod';
import type { Tuning } from '../domain/customer.ts';
import { duration } from '../lib/duration.ts';
import { bothOrNeither } from '../lib/login.ts';
import { secret } from '../lib/secret.ts';

/** A duration that a meter and its neighbours can live with. */
function between(shortest: string, longest: string) {
  const [min, max] = [duration.parse(shortest), duration.parse(longest)];
  return duration.refine((ms) => ms >= min && ms <= max, { error: `expected ${shortest} to ${longest}` });
}

const functionCode = z.number().transform((code, context): 3 | 4 => {
  if (code === 3 || code === 4) return code;
  context.addIssue({ code: 'custom', message: 'expected 3 (holding registers) or 4 (input registers)', input: code });
  return z.NEVER;
});

/** How meters are asked, in the section `modbus:` and again for each meter. Durations in milliseconds. */
const timing = {
  timeout: between('20ms', '1m'),
  retries: z.int().min(0).max(5),
  pause_after_connect: between('0ms', '1m'),
  pause_between_requests: between('0ms', '1m'),
  close_after_poll: z.boolean(),
  slow_interval: between('1s', '1d'),
};

/** The section `modbus:`. Durations in milliseconds. */
export const modbusOptions = z
  .strictObject({
    timeout: timing.timeout.prefault('1s'),
    connect_timeout: between('20ms', '1m').prefault('3s'),
    retries: timing.retries.default(0),
    pause_after_connect: timing.pause_after_connect.prefault('0ms'),
    pause_between_requests: timing.pause_between_requests.prefault('0ms'),
    close_after_poll: timing.close_after_poll.default(false),
    slow_interval: timing.slow_interval.prefault('1m'),
    probe_interval: between('100ms', '1h').prefault('30s'),
  })
  .transform((section) => ({
    timeout: section.timeout,
    connectTimeout: section.connect_timeout,
    retries: section.retries,
    pauseAfterConnect: section.pause_after_connect,
    pauseBetweenRequests: section.pause_between_requests,
    closeAfterPoll: section.close_after_poll,
    slowInterval: section.slow_interval,
    probeInterval: section.probe_interval,
  }))
  .prefault({});

/** The keys by which a meter may differ from its model and from the section `modbus:`; all may be left out. */
export const tuningKeys = {
  function_code: functionCode.optional(),
  timeout: timing.timeout.optional(),
  retries: timing.retries.optional(),
  max_block: z.int().min(1).max(125).optional(),
  max_gap: z.int().min(0).max(125).optional(),
  pause_after_connect: timing.pause_after_connect.optional(),
  pause_between_requests: timing.pause_between_requests.optional(),
  close_after_poll: timing.close_after_poll.optional(),
  slow_interval: timing.slow_interval.optional(),
};

/** The tuning that is written with a meter; undefined where nothing is. */
export function tuningOf(written: z.output<z.ZodObject<typeof tuningKeys>>): Tuning | undefined {
  const tuning: Tuning = {
    ...(written.function_code !== undefined && { functionCode: written.function_code }),
    ...(written.timeout !== undefined && { timeout: written.timeout }),
    ...(written.retries !== undefined && { retries: written.retries }),
    ...(written.max_block !== undefined && { maxBlock: written.max_block }),
    ...(written.max_gap !== undefined && { maxGap: written.max_gap }),
    ...(written.pause_after_connect !== undefined && { pauseAfterConnect: written.pause_after_connect }),
    ...(written.pause_between_requests !== undefined && { pauseBetweenRequests: written.pause_between_requests }),
    ...(written.close_after_poll !== undefined && { closeAfterPoll: written.close_after_poll }),
    ...(written.slow_interval !== undefined && { slowInterval: written.slow_interval }),
  };
  return Object.keys(tuning).length > 0 ? tuning : undefined;
}

export type ModbusOptions = z.output<typeof modbusOptions>;

const BROKER_URL = 'expected mqtt://host:port or mqtts://host:port, without a user name, a password or a path in it';

/** Keys that make sense only beside another one. */
const NEEDS = [
  ['cert_file', 'key_file'],
  ['key_file', 'cert_file'],
  ['key_password', 'key_file'],
] as const;

const ONLY_WITH_TLS = ['ca_file', 'cert_file', 'key_file', 'server_name'] as const;

const broker = z
  .strictObject({
    id: z.string().min(1),
    url: z.string().refine(isBrokerUrl, { error: BROKER_URL }),
    client_id: z.string().min(1).default('pq-butler'),
    username: z.string().min(1).optional(),
    password: secret.optional(),
    // Without quotes a 5 is a number for YAML.
    protocol: z.literal(['3.1.1', '5', 5]).default('3.1.1'),
    keepalive: between('1s', '30s').prefault('20s'),
    ca_file: z.string().min(1).optional(),
    cert_file: z.string().min(1).optional(),
    key_file: z.string().min(1).optional(),
    key_password: secret.optional(),
    server_name: z.string().min(1).optional(),
  })
  .superRefine(bothOrNeither)
  .superRefine((section, context) => {
    for (const [key, other] of NEEDS) {
      if (section[key] === undefined || section[other] !== undefined) continue;
      context.addIssue({ code: 'custom', path: [other], message: `expected a ${other} beside the ${key}, found none` });
    }
    for (const key of ONLY_WITH_TLS) {
      if (section[key] === undefined || section.url.startsWith('mqtts:')) continue;
      context.addIssue({ code: 'custom', path: [key], message: `expected ${key} only with a URL mqtts://...` });
    }
  })
  .transform((section) => ({
    id: section.id,
    url: section.url,
    clientId: section.client_id,
    protocol: section.protocol === '3.1.1' ? ('3.1.1' as const) : ('5' as const),
    keepalive: section.keepalive,
    ...(section.username !== undefined && { username: section.username }),
    ...(section.password !== undefined && { password: section.password }),
    ...(section.ca_file !== undefined && { caFile: section.ca_file }),
    ...(section.cert_file !== undefined && { certFile: section.cert_file }),
    ...(section.key_file !== undefined && { keyFile: section.key_file }),
    ...(section.key_password !== undefined && { keyPassword: section.key_password }),
    ...(section.server_name !== undefined && { serverName: section.server_name }),
  }));

/** The section `mqtt:`. Durations in milliseconds. */
export const mqttOptions = z
  .strictObject({
    brokers: z.array(broker).default([]),
  })
  .prefault({});

export type BrokerOptions = z.output<typeof broker>;
export type MqttOptions = z.output<typeof mqttOptions>;

/** The files that brokers name, each with the path to its key: for whoever checks that they can be read. */
export function brokerFiles({
  brokers,
}: MqttOptions): { readonly path: readonly PropertyKey[]; readonly file: string }[] {
  return brokers.flatMap(({ caFile, certFile, keyFile }, index) =>
    Object.entries({ ca_file: caFile, cert_file: certFile, key_file: keyFile }).flatMap(([key, file]) =>
      file === undefined ? [] : [{ path: ['mqtt', 'brokers', index, key], file }],
    ),
  );
}

/** The same options with each file's name made a path that does not depend on the working directory. */
export function withBrokerFiles(options: MqttOptions, pathOf: (name: string) => string): MqttOptions {
  const brokers = options.brokers.map((each) => ({
    ...each,
    ...(each.caFile !== undefined && { caFile: pathOf(each.caFile) }),
    ...(each.certFile !== undefined && { certFile: pathOf(each.certFile) }),
    ...(each.keyFile !== undefined && { keyFile: pathOf(each.keyFile) }),
  }));
  return { ...options, brokers };
}

function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { hash, hostname, password, pathname, protocol, search, username } = new URL(text);
  const isBare = username === '' && password === '' && search === '' && hash === '' && /^\/?$/.test(pathname);
  return ['mqtt:', 'mqtts:'].includes(protocol) && hostname !== '' && isBare;
}
