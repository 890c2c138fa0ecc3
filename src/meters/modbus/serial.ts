import type { Duplex } from 'node:stream';
import type { SerialConnection } from '../../domain/customer.ts';
import type { Way } from './way.ts';

/** Start, eight data bits, parity or a second stop bit, stop. */
const BITS_PER_CHARACTER = 11;
/** In milliseconds; timers and drivers are no finer. */
const SHORTEST_SILENCE = 4;

type Port = Duplex & {
  readonly isOpen: boolean;
  open(done: (error: Error | null) => void): void;
  close(done: () => void): void;
};

interface PortOptions extends Pick<SerialConnection, 'path' | 'baudRate' | 'parity' | 'stopBits'> {
  readonly dataBits: 8;
  readonly autoOpen: false;
}

interface SerialLibrary {
  readonly SerialPort: new (options: PortOptions) => Port;
}

/**
 * A serial port of this machine, by the package `serialport`. It has native parts and is optional: a machine without
 * serial meters does without it.
 */
export function serial({ path, baudRate, parity, stopBits }: SerialConnection, packageName = 'serialport'): Way {
  // A port is locked until it is closed, and closing takes a while.
  let closed: Promise<unknown> = Promise.resolve();
  return {
    name: `rtu-serial://${path}`,
    framing: 'rtu',
    // Modbus over serial line 1.02, 2.5.1.1: 3.5 characters.
    silence: Math.max(SHORTEST_SILENCE, (3.5 * BITS_PER_CHARACTER * 1000) / baudRate),
    async open(signal) {
      const { SerialPort } = await libraryOf(packageName);
      await unlessAborted(closed, signal);
      const port = new SerialPort({ path, baudRate, parity, stopBits, dataBits: 8, autoOpen: false });
      closed = new Promise((resolve) => port.once('close', resolve));
      const opened = new Promise<void>((resolve, reject) => {
        port.open((error) => (error ? reject(error) : resolve()));
      });
      closeOnDestroy(port, opened);
      try {
        await unlessAborted(opened, signal);
        return port;
      } catch (error) {
        port.destroy();
        throw error;
      }
    },
  };
}

/** The library's ports stay open when their stream is destroyed. */
function closeOnDestroy(port: Port, opened: Promise<void>): void {
  port._destroy = (error, done) => {
    const close = () => {
      if (port.isOpen) port.close(() => done(error));
      else done(error);
    };
    opened.then(close, close);
  };
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason);
    if (signal.aborted) aborted();
    signal.addEventListener('abort', aborted, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}

async function libraryOf(packageName: string): Promise<SerialLibrary> {
  let library: unknown;
  try {
    library = await import(packageName);
  } catch (error) {
    throw new Error(`the package ${packageName} cannot be loaded; install it with npm install ${packageName}`, {
      cause: error,
    });
  }
  if (!isSerialLibrary(library)) throw new Error(`the package ${packageName} has no serial ports`);
  return library;
}

function isSerialLibrary(library: unknown): library is SerialLibrary {
  return typeof library === 'object' && library !== null && 'SerialPort' in library;
}
