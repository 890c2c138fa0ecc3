import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface CaughtMail {
  readonly from: string;
  /** The addresses that the server was told to deliver to. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Where the mail lies, byte for byte as it came. */
  readonly file: string;
}

export interface MailCatcherOptions {
  /** Made when it is not there. */
  readonly folder: string;
  /** Default 0, which takes a free one. */
  readonly port?: number;
  /** Told of each mail, after it was written to its file. */
  readonly onMail?: (mail: CaughtMail) => void;
}

const HOST = '127.0.0.1';
const SLUG_LENGTH = 30;
/** How long `stop` waits for mails that are on their way. */
const CLOSE_LIMIT_MS = 1_000;

/** A mail server on a free loopback port that delivers nothing: every mail becomes a file in a folder. */
export class MailCatcher {
  readonly #options: MailCatcherOptions;
  readonly #server: SMTPServer;
  readonly #mails: CaughtMail[] = [];
  #received = 0;

  constructor(options: MailCatcherOptions) {
    this.#options = options;
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: CLOSE_LIMIT_MS,
      logger: false,
      onData: (stream, session, done) => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : '';
        const to = rcptTo.map((recipient) => recipient.address);
        this.#keep(stream, from, to).then(
          () => done(),
          (error: Error) => done(error),
        );
      },
    });
  }

  async start(): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true });
    // A client that breaks off is not our trouble; without a listener it would end the process.
    this.#server.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      this.#server.server.once('error', reject);
      this.#server.listen(this.#options.port ?? 0, HOST, resolve);
    });
  }

  /** Once started. */
  get port(): number {
    const address = this.#server.server.address();
    if (address === null || typeof address === 'string') throw new Error('The mail catcher does not listen');
    return address.port;
  }

  /** All mails so far, oldest first. */
  get mails(): readonly CaughtMail[] {
    return this.#mails;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async #keep(stream: Readable, from: string, to: readonly string[]): Promise<void> {
    const raw = await buffer(stream);
    const parsed = await simpleParser(raw);
    const subject = parsed.subject ?? '';
    this.#received += 1;
    const file = join(this.#options.folder, fileName(this.#received, to, subject));
    await writeFile(file, raw);
    const mail = { from, to, subject, text: parsed.text ?? '', file };
    this.#mails.push(mail);
    this.#options.onMail?.(mail);
  }
}

/** '0007-li-电压暂降.eml': sorts by arrival, says for whom and what. */
function fileName(sequence: number, to: readonly string[], subject: string): string {
  const number = String(sequence).padStart(4, '0');
  const recipient = slug((to[0] ?? 'nobody').replace(/@.*/, ''));
  return `${[number, recipient, slug(subject)].filter((part) => part !== '').join('-')}.eml`;
}

/** Letters and digits of any script; everything else becomes a hyphen. */
function slug(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}.]+/gu, '-')
    .slice(0, SLUG_LENGTH)
    .replace(/^[-.]+|[-.]+$/g, '');
}
