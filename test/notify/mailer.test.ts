import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import { Mailer, type MailTimeLimits } from '../../src/notify/mailer.ts';
import type { MailOptions } from '../../src/notify/options.ts';
import { freePort } from '../servers/free-port.ts';
import { mailOptionsFor, mailServer, message, refusal } from './mail-server.ts';

const QUICK: MailTimeLimits = { connect: 300, answer: 300, mail: 700 };
const PASSWORD = 'corr3ct-horse';

function mailerFor(port: number, more: Partial<MailOptions> = {}, limits?: MailTimeLimits): Mailer {
  const mailer = new Mailer(mailOptionsFor(port, more), limits);
  mailer.start();
  onTestFinished(() => mailer.stop());
  return mailer;
}

/** A server of our own words: `answer` is called for each line, and once with '' for the greeting. */
async function talker(answer: (line: string, socket: Socket) => string): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.write(answer('', socket));
    socket.on('data', (data) => socket.write(answer(data.toString(), socket)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return address.port;
}

describe('a mail', () => {
  it('arrives with both parts, its Chinese subject and the one Message-ID', async () => {
    const server = await mailServer();
    const delivery = await mailerFor(server.port).deliver(message('abc.fired.0123'));
    expect(delivery).toEqual({ outcome: 'delivered' });
    const [mail] = server.mails;
    expect(mail).toMatchObject({
      subject: '【紧急】北岭钢铁：电压暂降',
      text: 'BC、CA 相间电压降至正常值的 62 %。\n',
      html: '<p>BC、CA 相间电压降至正常值的 62&nbsp;%。</p>\n',
      messageId: '<abc.fired.0123@grid.example>',
    });
    expect(mail?.from?.text).toBe('"pq-butler" <butler@grid.example>');
    expect(mail?.to).toMatchObject({ text: 'li@grid.example' });
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail?.inReplyTo).toBeUndefined();
  });

  it('has the same Message-ID however often it is sent', async () => {
    const server = await mailServer();
    const mailer = mailerFor(server.port);
    await mailer.deliver(message('abc.fired.0123'));
    await mailer.deliver(message('abc.fired.0123'));
    expect(server.mails.map((mail) => mail.messageId)).toEqual(Array(2).fill('<abc.fired.0123@grid.example>'));
  });

  it('that tells the end answers the one that told the beginning', async () => {
    const server = await mailServer();
    await mailerFor(server.port).deliver(message('abc.resolved.0123', { references: 'abc.fired.0123' }));
    expect(server.mails[0]).toMatchObject({
      messageId: '<abc.resolved.0123@grid.example>',
      references: '<abc.fired.0123@grid.example>',
      inReplyTo: '<abc.fired.0123@grid.example>',
    });
  });

  it('is sent after logging in where a name is configured', async () => {
    const logins: unknown[] = [];
    const server = await mailServer({
      disabledCommands: ['STARTTLS'],
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        logins.push([username, password]);
        done(null, { user: username });
      },
    });
    const mailer = mailerFor(server.port, { username: 'butler', password: new Secret(PASSWORD) });
    expect(await mailer.deliver(message('m'))).toEqual({ outcome: 'delivered' });
    expect(logins).toEqual([['butler', PASSWORD]]);
  });
});

describe('a refused mail', () => {
  const refusing = (responseCode: number, text: string) =>
    mailServer({ onRcptTo: (_address, _session, done) => done(refusal(responseCode, text)) });

  it.each([
    { code: 450, text: 'mailbox busy', isWorthRetrying: true },
    { code: 550, text: 'no such mailbox', isWorthRetrying: false },
    { code: 530, text: 'log in first', isWorthRetrying: true },
  ])('for its recipient with $code $text: tried again $isWorthRetrying', async ({ code, text, isWorthRetrying }) => {
    const { port } = await refusing(code, text);
    expect(await mailerFor(port).deliver(message('m'))).toEqual({
      outcome: 'failed',
      isWorthRetrying,
      reason: expect.stringContaining(`${code} ${text}`),
    });
  });

  it.each([
    { code: 554, isWorthRetrying: false },
    { code: 451, isWorthRetrying: true },
  ])('for its content with $code: tried again $isWorthRetrying', async ({ code, isWorthRetrying }) => {
    const server = await mailServer({
      onData: (stream, _session, done) => {
        stream.resume();
        stream.on('end', () => done(refusal(code, 'not this')));
      },
    });
    expect(await mailerFor(server.port).deliver(message('m'))).toMatchObject({ outcome: 'failed', isWorthRetrying });
  });

  it('waits while the server refuses us and not the mail: greeting, sender, log-in', async () => {
    const greeting = await mailServer({ onConnect: (_session, done) => done(refusal(554, 'not you')) });
    const sender = await mailServer({ onMailFrom: (_address, _session, done) => done(refusal(550, 'not from you')) });
    const login = await mailServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(refusal(535, 'wrong password')),
    });
    const deliveries = [
      await mailerFor(greeting.port).deliver(message('m')),
      await mailerFor(sender.port).deliver(message('m')),
      await mailerFor(login.port, { username: 'butler', password: new Secret(PASSWORD) }).deliver(message('m')),
    ];
    expect(deliveries).toEqual([
      { outcome: 'failed', isWorthRetrying: true, reason: expect.stringContaining('not you') },
      { outcome: 'failed', isWorthRetrying: true, reason: expect.stringContaining('not from you') },
      { outcome: 'failed', isWorthRetrying: true, reason: expect.stringContaining('wrong password') },
    ]);
  });

  it('never shows the password, even where the server repeats it', async () => {
    const plain = Buffer.from(`\0butler\0${PASSWORD}`).toString('base64');
    const port = await talker((line) => {
      if (line === '') return '220 hello\r\n';
      if (line.startsWith('EHLO')) return '250-hello\r\n250 AUTH PLAIN\r\n';
      return `535 cannot understand ${line.trim()} of ${PASSWORD}\r\n`;
    });
    const mailer = mailerFor(port, { username: 'butler', password: new Secret(PASSWORD) });
    const delivery = await mailer.deliver(message('m'));
    expect(delivery).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('of [secret]') });
    expect(JSON.stringify(delivery)).not.toContain(plain);
    expect(JSON.stringify(delivery)).not.toContain(PASSWORD);
  });
});

describe('a server that is not what it should be', () => {
  it('that is not there is tried again', async () => {
    expect(await mailerFor(await freePort()).deliver(message('m'))).toEqual({
      outcome: 'failed',
      isWorthRetrying: true,
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    { name: 'greets', answer: () => '' },
    { name: 'answers', answer: (line: string) => (line === '' ? '220 hello\r\n' : '') },
  ])('that never $name is given up in bounded time and tried again', async ({ answer }) => {
    const mailer = mailerFor(await talker(answer), {}, QUICK);
    const begin = performance.now();
    expect(await mailer.deliver(message('m'))).toMatchObject({ outcome: 'failed', isWorthRetrying: true });
    expect(performance.now() - begin).toBeLessThan(3_000);
  });

  it('that dribbles an answer without end is given up as well', async () => {
    const port = await talker((line, socket) => {
      if (line === '') return '220 hello\r\n';
      const dribble = setInterval(() => socket.write('250-more\r\n'), 50);
      socket.on('close', () => clearInterval(dribble));
      return '250-more\r\n';
    });
    expect(await mailerFor(port, {}, QUICK).deliver(message('m'))).toEqual({
      outcome: 'failed',
      isWorthRetrying: true,
      reason: 'the server did not take the mail within 700 ms',
    });
  });

  it('with a certificate that nobody vouches for gets neither mail nor password: STARTTLS and TLS', async () => {
    const logins: unknown[] = [];
    const options = {
      disabledCommands: [],
      authOptional: true,
      onAuth: (auth: unknown, _session: unknown, done: (error: null, response: { user: string }) => void) => {
        logins.push(auth);
        done(null, { user: 'butler' });
      },
    };
    const account = { username: 'butler', password: new Secret(PASSWORD) };
    const startTls = await mailServer(options);
    const tls = await mailServer({ ...options, secure: true });
    for (const [server, secure] of [
      [startTls, false],
      [tls, true],
    ] as const) {
      const delivery = await mailerFor(server.port, { ...account, secure }).deliver(message('m'));
      expect(delivery).toMatchObject({ outcome: 'failed', isWorthRetrying: true });
      expect(delivery).toHaveProperty('reason', expect.stringMatching(/certificate/i));
      expect(server.mails).toEqual([]);
    }
    expect(logins).toEqual([]);
  });
});

describe('stopping', () => {
  it('ends a mail that is on its way at once, and so does the signal', async () => {
    const silent = await talker(() => '');
    const stopped = mailerFor(silent);
    const aborted = mailerFor(silent);
    const abort = new AbortController();
    const deliveries = [stopped.deliver(message('m')), aborted.deliver(message('m'), abort.signal)];
    const begin = performance.now();
    stopped.stop();
    abort.abort();
    for (const delivery of await Promise.all(deliveries)) {
      expect(delivery).toMatchObject({ outcome: 'failed', isWorthRetrying: true });
    }
    expect(performance.now() - begin).toBeLessThan(1_000);
  });

  it('leaves a mailer that says so and sends again after a start', async () => {
    const server = await mailServer();
    const mailer = mailerFor(server.port);
    mailer.stop();
    expect(await mailer.deliver(message('m'))).toMatchObject({ outcome: 'failed', isWorthRetrying: true });
    mailer.start();
    expect(await mailer.deliver(message('m'))).toEqual({ outcome: 'delivered' });
  });
});
