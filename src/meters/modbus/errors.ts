/** What can come of asking a meter, apart from an answer. Anything else that is thrown is a fault of ours. */
export class MeterError extends Error {}

/** The other side took no connection, or there is none. */
export class Unreachable extends MeterError {
  override readonly name = 'Unreachable';
}

/**
 * Why there is no answer: its time was over; the other side ended the connection, or something else did, while it was
 * awaited; or nothing was sent, because an earlier answer could not be told from this one.
 */
export type NoAnswerReason = 'timed out' | 'hung up' | 'closed' | 'held back';

/** No answer came to a request in time. */
export class NoAnswer extends MeterError {
  override readonly name = 'NoAnswer';
  readonly reason: NoAnswerReason;

  constructor(message: string, reason: NoAnswerReason = 'timed out', options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }

  /** The connection ended, whoever ended it. */
  get isClosed(): boolean {
    return this.reason === 'hung up' || this.reason === 'closed';
  }

  /** The meter was not asked: it did not fail. */
  get isHeldBack(): boolean {
    return this.reason === 'held back';
  }
}

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

  /** Illegal data address, and illegal data value, which some devices answer to a request that is too long. */
  get isAddressRefused(): boolean {
    return this.code === 2 || this.code === 3;
  }

  /** Illegal function, data address or data value: the meter does not have what it was asked for. */
  get isFunctionOrAddressRefused(): boolean {
    return this.code === 1 || this.isAddressRefused;
  }

  /** The meter is busy with something else and will answer in a moment. */
  get isBusy(): boolean {
    return this.code === 5 || this.code === 6;
  }
}

/** A reset comes from the other side; that a network is gone, which ends a connection too, it need not know. */
export function brokenBy(error: NodeJS.ErrnoException): NoAnswer {
  const isHungUp = error.code === 'ECONNRESET' || error.code === 'EPIPE';
  return new NoAnswer(`the connection broke: ${error.message}`, isHungUp ? 'hung up' : 'closed');
}
