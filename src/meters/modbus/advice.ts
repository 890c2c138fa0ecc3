import type { Connection } from '../../domain/customer.ts';
import { ModbusException, NoAnswer, Unreachable } from './errors.ts';
import { NoSunSpec } from './sunspec-map.ts';

const ONE_CLIENT =
  'Many devices serve one client at a time: another one (a running daemon, a vendor tool) may hold the connection.';

/** Where values are missing of a device that ends its connections behind an answer. */
export const ON_HANG_UPS =
  'The device closes the connection a while after an answer, when the next request is already on its way: set pause_between_requests to longer than that while (try 1s), so that each request has a new connection; fewer requests (max_gap) keep the poll short.';

const OF_EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'The device does not know this function code: its registers may be read with the other of 3 and 4 (function_code).',
  2: 'The device does not have these registers: it is another model, or its addresses count differently.',
  3: 'The device does not take this request: perhaps it is too long (max_block), or it cuts a value of several registers.',
  4: 'The device has a fault of its own.',
  5: 'The device is busy with an earlier request: try again.',
  6: 'The device is busy: try again, and poll it less often.',
  10: 'The gateway answers, and has no way to this unit: check the unit number and how the gateway maps units to its ports.',
  11: 'The gateway answers, and the meter behind it does not: check its unit number, baud rate, parity, and the wires A and B.',
};

const OF_CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: `Nothing takes connections at this address: check host and port. ${ONE_CLIENT}`,
  ECONNRESET: `The other side ended the connection at once. ${ONE_CLIENT}`,
  ENOTFOUND: 'This host name is not known: check its spelling, or give the IP address.',
  EAI_AGAIN: 'The name server does not answer: give the IP address.',
  EHOSTUNREACH: 'There is no way to this host: check cable, address, network mask and gateway.',
  ENETUNREACH: 'There is no way to this network: check the address and the routes of this machine.',
  EADDRINUSE:
    'The port is taken: a running daemon holds the lines of modems that call it. Stop it, or look at its status page.',
  EACCES: 'This user may not use it: ports below 1024 are for root, serial ports often for the group dialout.',
};

/** What a person can do about a failure, in whole sentences, the likeliest first; empty when nothing is known. */
export function adviceOn(error: unknown, connection: Connection): readonly string[] {
  if (error instanceof ModbusException) return known(OF_EXCEPTIONS[error.code]);
  if (error instanceof NoSunSpec)
    return ['The device has no SunSpec map of a meter: choose the model by its own name.'];
  const code = codeOf(error);
  if (code !== undefined && OF_CODES[code] !== undefined) return known(OF_CODES[code]);
  if (error instanceof Unreachable) return unreachable(error, connection);
  if (!(error instanceof NoAnswer)) return [];
  return error.isClosed ? [ONE_CLIENT] : silent(connection);
}

function unreachable(error: Unreachable, { kind }: Connection): readonly string[] {
  if (error.cause instanceof NoAnswer) return [ONE_CLIENT];
  switch (kind) {
    case 'rtu-serial':
      return ['Check that the port is there, that this user may open it, and that no other program holds it.'];
    case 'tcp-listen':
    case 'rtu-listen':
      return ['No modem called: check its target address and port, and the registration that it sends.'];
    default:
      return ['The host does not answer: check power, cable, address and firewall.'];
  }
}

function silent({ kind }: Connection): readonly string[] {
  return kind === 'rtu-serial'
    ? ['Check unit number, baud rate and parity, the wires A and B, and that only one master is on the bus.']
    : [
        'The connection stands and nobody answers: check the unit number, and behind a gateway baud rate, parity and wires.',
      ];
}

function codeOf(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && typeof each.code === 'string' && each.code !== 'ABORT_ERR') return each.code;
  }
  return undefined;
}

function known(advice: string | undefined): readonly string[] {
  return advice === undefined ? [] : [advice];
}
