import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import type { MailOptions } from '../../src/notify/options.ts';
import type { OutgoingMessage } from '../../src/store/state-store.ts';

export interface MailServer {
  readonly port: number;
  /** What was taken, oldest first. */
  readonly mails: readonly ParsedMail[];
}

/** A real SMTP server on a free port that keeps what it takes; without TLS and log-in unless asked for. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData: (stream, _session, done) => {
      buffer(stream)
        .then((raw) => simpleParser(raw))
        .then((mail) => mails.push(mail))
        .then(
          () => done(),
          (error: Error) => done(error),
        );
    },
    ...options,
  });
  // Clients that break off are part of the tests.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return { port: address.port, mails };
}

/** What an SMTP server answers when it does not want to. */
export function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

export function mailOptionsFor(port: number, more: Partial<MailOptions> = {}): MailOptions {
  return { host: '127.0.0.1', port, secure: false, from: 'pq-butler <butler@grid.example>', ...more };
}

export function message(id: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    id,
    dedupeKey: id,
    recipient: 'li',
    to: 'li@grid.example',
    subject: '【紧急】北岭钢铁：电压暂降',
    text: 'BC、CA 相间电压降至正常值的 62 %。\n',
    html: '<p>BC、CA 相间电压降至正常值的 62&nbsp;%。</p>\n',
    createdAt: 0,
    ...more,
  };
}
