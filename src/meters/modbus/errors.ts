/** What can come of asking a meter, apart from an answer. Anything else that is thrown is a fault of ours. */
export class MeterError extends Error {}

/** The other side took no connection, or there is none. */
export class Unreachable extends MeterError {
  override readonly name = 'Unreachable';
}

/** A request was sent and no answer to it came in time. */
export class NoAnswer extends MeterError {
  override readonly name = 'NoAnswer';

  /** The connection ended while the answer was awaited; otherwise the time for it was over. */
  get isClosed(): boolean {
    return CLOSED.test(this.message);
  }
}

/** What a link says of its end: 'the other side closed the connection', 'the connection broke: ...'. */
const CLOSED = /^the (other side closed the )?connection\b/;

/** Something came that is not the answer to what was asked. */
export class BadAnswer extends MeterError {
  override readonly name = 'BadAnswer';
}

const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'device failure',
  5: 'acknowledge',
  6: 'device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target device failed to respond',
};

/** The meter or its gateway answered, and refused. The connection is sound. */
export class ModbusException extends MeterError {
  override readonly name = 'ModbusException';
  readonly code: number;

  constructor(code: number) {
    super(`Modbus exception ${code}: ${EXCEPTIONS[code] ?? 'unknown'}`);
    this.code = code;
  }

  /** The gateway says that the meter behind it does not answer. */
  get isGateway(): boolean {
    return this.code === 10 || this.code === 11;
  }

  /** The meter is busy with something else and will answer in a moment. */
  get isBusy(): boolean {
    return this.code === 5 || this.code === 6;
  }
}
