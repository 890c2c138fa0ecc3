import modbusSerial from 'modbus-serial';

export type ModbusClient = InstanceType<typeof modbusSerial.default>;

/** A real Modbus TCP client at one unit of a local port. Requests fail after `timeoutMs`. */
export async function modbusClient(port: number, unit = 1, timeoutMs = 2_000): Promise<ModbusClient> {
  const client = new modbusSerial.default();
  await client.connectTCP('127.0.0.1', { port });
  client.setID(unit);
  client.setTimeout(timeoutMs);
  return client;
}

/** The exception code with which a request is refused; undefined when it is answered. */
export async function exceptionOf(request: Promise<unknown>): Promise<number | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'modbusCode' in error && typeof error.modbusCode === 'number')
      return error.modbusCode;
    throw error;
  }
}
