import type { CalledConnection, Connection } from '../../domain/customer.ts';
import { called } from './called.ts';
import { ModbusConnection } from './connection.ts';
import { MeterError, ModbusException } from './errors.ts';
import type { RegisterRequest } from './request.ts';

/** The same address in the other protocol that the same port could speak; undefined where there is none. */
export function otherProtocol(connection: Connection): CalledConnection | undefined {
  switch (connection.kind) {
    case 'modbus-tcp':
      return { ...connection, kind: 'rtu-over-tcp' };
    case 'rtu-over-tcp':
      return { ...connection, kind: 'modbus-tcp' };
    default:
      return undefined;
  }
}

/** Whether anything answers there in that protocol: a refusal is an answer. Times in milliseconds. */
export async function isAnswering(
  { kind, host, port }: CalledConnection,
  request: RegisterRequest,
  times: { readonly timeout: number; readonly connectTimeout: number },
): Promise<boolean> {
  const way = called(host, port, kind === 'modbus-tcp' ? 'tcp' : 'rtu');
  const connection = new ModbusConnection({ way, pauseAfterConnect: 0, ...times });
  try {
    await connection.open();
    await connection.ask(request);
    return true;
  } catch (error) {
    if (!(error instanceof MeterError)) throw error;
    return error instanceof ModbusException;
  } finally {
    connection.close();
  }
}
