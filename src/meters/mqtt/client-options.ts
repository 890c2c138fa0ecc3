import { readFileSync } from 'node:fs';
import type { IClientOptions } from 'mqtt';
import { messageOf } from '../../lib/errors.ts';
import type { BrokerOptions } from '../options.ts';
import { MOST_IN_HAND } from './receipts.ts';

/** Seconds: 7 days, so that a daemon that was away over a long holiday is still sent what it missed. */
const SESSION_EXPIRY = 7 * 86_400;

/**
 * What the library needs to know for one connection. Certificates are read anew each time: one that was renewed is used
 * without a restart. Throws an Error that names the file when one cannot be read.
 */
export function clientOptions(broker: BrokerOptions): IClientOptions {
  return {
    clientId: broker.clientId,
    clean: false,
    keepalive: Math.ceil(broker.keepalive / 1_000),
    // Every attempt is a new client: one that was torn down half-way is never trusted with another connection.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    ...(broker.username !== undefined && { username: broker.username }),
    ...(broker.password && { password: broker.password.reveal() }),
    ...(broker.protocol === '5'
      ? {
          protocolVersion: 5,
          properties: { sessionExpiryInterval: SESSION_EXPIRY, receiveMaximum: MOST_IN_HAND },
        }
      : { protocolVersion: 4 }),
    ...tlsOptions(broker),
  };
}

function tlsOptions({ caFile, certFile, keyFile, keyPassword, serverName }: BrokerOptions): IClientOptions {
  return {
    ...(caFile !== undefined && { ca: contentOf('ca_file', caFile) }),
    ...(certFile !== undefined && { cert: contentOf('cert_file', certFile) }),
    ...(keyFile !== undefined && { key: contentOf('key_file', keyFile) }),
    ...(keyPassword && { passphrase: keyPassword.reveal() }),
    ...(serverName !== undefined && { servername: serverName }),
  };
}

function contentOf(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${option} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
