import type { Duplex } from 'node:stream';
import type { Framing } from './request.ts';

/** A way to the byte stream of one line: a network address, a serial port, or a modem that calls us. */
export interface Way {
  /** As people know it, for errors and logs: 'modbus-tcp://10.1.2.3:502'. */
  readonly name: string;
  readonly framing: Framing;
  /** Milliseconds that the line must be silent before a request; what comes unasked is noise there, and thrown away. */
  readonly silence?: number;
  /** What the other side sends of itself to keep the line open: no part of any answer. */
  readonly heartbeat?: Buffer;
  /** The other side calls us: a modem, which outlives its calls and may keep for the next one what comes between them. */
  readonly isCalling?: boolean;
  /** Another call waits already. */
  hasNext?(): boolean;
  /** A new stream. Rejects with whatever hinders it, and when the signal aborts. Destroying the stream frees the line. */
  open(signal: AbortSignal): Promise<Duplex>;
}
