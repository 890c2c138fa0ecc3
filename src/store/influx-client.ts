import http from 'node:http';
import https from 'node:https';
import { InfluxDB, type IPoint } from 'influx';
import { z } from 'zod';
import { messageOf } from '../lib/errors.ts';
import type { Secret } from '../lib/secret.ts';
import { StoreUnavailable } from './series-store.ts';

export interface InfluxAddress {
  readonly url: string;
  readonly database: string;
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
}

/** The database read the request and will never take it as it is (400, 413). What was good in it is stored. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
}

/** The database understood a statement and could not carry it out ('database not found', 'not authorized'). */
export class StatementRefused extends StoreUnavailable {}

/** One answer of a query: column names, and rows of values in their order. */
export interface Table {
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

interface Line {
  readonly client: InfluxDB;
  readonly agent: http.Agent;
}

/**
 * The `influx` client behind a fence. Each call has a deadline of its own, because the client waits for ever for a body
 * that stalls, and a client and connection of its own, used again after a success and thrown away after any doubt: after
 * a failure the client would refuse calls for seconds.
 */
export class InfluxClient {
  readonly #address: InfluxAddress;
  readonly #deadlineMs: number;
  readonly #idle: Line[] = [];
  readonly #closing = new AbortController();

  constructor(address: InfluxAddress, deadlineMs: number) {
    this.#address = address;
    this.#deadlineMs = deadlineMs;
  }

  /** Calls under way reject, and so does every later one. */
  close(): void {
    this.#closing.abort();
    for (const { agent } of this.#idle.splice(0)) agent.destroy();
  }

  /** Throws RequestRefused when some of the points are not taken; the others are stored then. */
  write(points: IPoint[], retentionPolicy: string): Promise<void> {
    return this.#call((client) => client.writePoints(points, { precision: 'ms', retentionPolicy }));
  }

  /** Runs one InfluxQL statement; `$name` in it stands for the value of a placeholder. Times come in milliseconds. */
  async query(statement: string, placeholders: Record<string, string> = {}): Promise<Table> {
    const answer: unknown = await this.#call((client) =>
      client.queryRaw(statement, { method: 'POST', precision: 'ms', placeholders }),
    );
    return tableOf(answer);
  }

  async #call<T>(send: (client: InfluxDB) => Promise<T>): Promise<T> {
    if (this.#closing.signal.aborted) throw new StoreUnavailable('the connection is closed');
    const line = this.#idle.pop() ?? this.#open();
    try {
      const answer = await this.#inTime(send(line.client));
      if (this.#closing.signal.aborted) line.agent.destroy();
      else this.#idle.push(line);
      return answer;
    } catch (error) {
      line.agent.destroy();
      throw judged(error);
    }
  }

  #open(): Line {
    const { url, database, username, password } = this.#address;
    const { protocol, hostname, port, pathname } = new URL(url);
    const secure = protocol === 'https:';
    const agent = new (secure ? https : http).Agent({ keepAlive: true, maxSockets: 1 });
    const client = new InfluxDB({
      database,
      ...(username !== undefined && { username, password: password?.reveal() ?? '' }),
      hosts: [
        {
          host: hostname,
          port: Number(port) || (secure ? 443 : 80),
          path: pathname === '/' ? '' : pathname,
          protocol: secure ? 'https' : 'http',
          options: { agent },
        },
      ],
      pool: { maxRetries: 0, requestTimeout: this.#deadlineMs },
    });
    return { client, agent };
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#closing;
    const { promise: ended, reject } = rejectable();
    const late = () => reject(new StoreUnavailable(`no full answer within ${this.#deadlineMs} ms`));
    const closed = () => reject(new StoreUnavailable('the connection was closed'));
    const timer = setTimeout(late, this.#deadlineMs);
    signal.addEventListener('abort', closed, { once: true });
    try {
      return await Promise.race([work, ended]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', closed);
    }
  }
}

function rejectable(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_, onError) => {
    reject = onError;
  });
  return { promise, reject };
}

/** Only the text of the client's error goes on: the error itself holds the request, and with it the password. */
function judged(error: unknown): Error {
  if (error instanceof StoreUnavailable) return error;
  const status = statusOf(error);
  const message = messageOf(error);
  return status === 400 || status === 413 ? new RequestRefused(message) : new StoreUnavailable(message);
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('res' in error)) return undefined;
  return error.res instanceof http.IncomingMessage ? error.res.statusCode : undefined;
}

const answerShape = z.object({
  results: z.tuple([
    z.object({
      error: z.string().optional(),
      series: z
        .array(z.object({ columns: z.array(z.string()), values: z.custom<unknown[][]>(Array.isArray) }))
        .optional(),
    }),
  ]),
});

function tableOf(answer: unknown): Table {
  const [{ error, series }] = answerShape.parse(answer).results;
  if (error !== undefined) throw new StatementRefused(error);
  return series?.[0] ?? { columns: [], values: [] };
}
