import { Duplex } from 'node:stream';

/** A line whose other end is in the test's hands. */
export class Wire extends Duplex {
  /** What was sent, write by write; the wires of one bus may share it. */
  readonly sent: Buffer[];

  constructor(sent: Buffer[] = []) {
    super();
    this.sent = sent;
  }

  override _read(): void {
    // What comes is pushed.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.sent.push(chunk);
    done();
  }

  /** Gives the pieces one after the other, each as a read of its own. */
  async says(pieces: readonly Buffer[]): Promise<void> {
    for (const piece of pieces) {
      if (piece.length > 0) this.push(piece);
      await new Promise(setImmediate);
    }
  }
}
