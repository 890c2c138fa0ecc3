import { createTransport, type Transporter } from 'nodemailer';
import { messageOf as textOf } from '../lib/errors.ts';
import type { OutgoingMessage } from '../store/state-store.ts';
import type { Delivery, Notifier } from './notifier.ts';
import type { MailOptions } from './options.ts';

/** Milliseconds: to reach the server and get its greeting, between two answers, and for a whole mail. */
export interface MailTimeLimits {
  readonly connect: number;
  readonly answer: number;
  /** Ends what no silence ends: a server that sends one byte now and then. */
  readonly mail: number;
}

const TIME_LIMITS: MailTimeLimits = { connect: 5_000, answer: 15_000, mail: 60_000 };

/**
 * SMTP, any server: TLS from the start or STARTTLS where offered, with a certificate that must be valid. One connection
 * per mail, so that nothing but the outbox ever tries again.
 */
export class Mailer implements Notifier {
  readonly #options: MailOptions;
  readonly #limits: MailTimeLimits;
  #transport: Transporter | undefined;
  #stopping = new AbortController();

  constructor(options: MailOptions, limits: MailTimeLimits = TIME_LIMITS) {
    this.#options = options;
    this.#limits = limits;
  }

  start(): void {
    const { host, port, secure, username, password } = this.#options;
    const { connect, answer } = this.#limits;
    this.#stopping = new AbortController();
    this.#transport = createTransport({
      host,
      port,
      secure,
      connectionTimeout: connect,
      greetingTimeout: connect,
      dnsTimeout: connect,
      socketTimeout: answer,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(username ? { auth: { user: username, pass: password?.reveal() ?? '' } } : {}),
    });
  }

  /** Ends the mail that is on its way, too. */
  stop(): void {
    this.#stopping.abort();
    this.#transport?.close();
    this.#transport = undefined;
  }

  async deliver(message: OutgoingMessage, signal?: AbortSignal): Promise<Delivery> {
    if (!this.#transport) return failed('the mailer is not started');
    const tooLate = AbortSignal.timeout(this.#limits.mail);
    const signals = [tooLate, this.#stopping.signal, ...(signal ? [signal] : [])];
    try {
      await this.#transport.sendMail({ ...this.#envelope(message), signal: AbortSignal.any(signals) });
      return { outcome: 'delivered' };
    } catch (error) {
      if (tooLate.aborted) return failed(`the server did not take the mail within ${this.#limits.mail} ms`);
      return failed(this.#withoutSecrets(textOf(error)), !isPermanent(error));
    }
  }

  #envelope({ id, to, subject, text, html, references }: OutgoingMessage) {
    const answered = references === undefined ? undefined : this.#messageId(references);
    return {
      from: this.#options.from,
      to,
      subject,
      text,
      html,
      messageId: this.#messageId(id),
      ...(answered === undefined ? {} : { references: answered, inReplyTo: answered }),
      headers: { 'Auto-Submitted': 'auto-generated' },
    };
  }

  #messageId(localPart: string): string {
    const domain = /@([^\s>]+)/.exec(this.#options.from)?.[1] ?? 'pq-butler.invalid';
    return `<${localPart}@${domain}>`;
  }

  /** Some servers repeat the command that they refuse. */
  #withoutSecrets(text: string): string {
    const { username = '', password } = this.#options;
    const secret = password?.reveal() ?? '';
    if (secret === '') return text;
    const forms = [secret, base64(secret), base64(`\0${username}\0${secret}`)];
    return forms.reduce((shown, form) => shown.replaceAll(form, '[secret]'), text);
  }
}

function failed(reason: string, isWorthRetrying = true): Delivery {
  return { outcome: 'failed', isWorthRetrying, reason };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/**
 * RFC 5321 clause 4.2.1: a 5yz reply to the recipient or to the message stays what it is. What a server says of us (its
 * greeting, our log-in, our sender address, 53z "log in first") is for a person to mend: the mail waits meanwhile.
 */
function isPermanent(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const code = 'responseCode' in error ? error.responseCode : undefined;
  const isOfThisMail = 'command' in error && (error.command === 'RCPT TO' || error.command === 'DATA');
  return isOfThisMail && typeof code === 'number' && code >= 500 && code < 600 && Math.floor(code / 10) !== 53;
}
