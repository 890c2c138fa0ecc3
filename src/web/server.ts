import Fastify, { type FastifyInstance } from 'fastify';
import type { Alert } from '../domain/alert.ts';
import type { Locale, Meter, Person } from '../domain/customer.ts';
import type { QualityDay } from '../domain/data-quality.ts';
import type { Fleet } from '../domain/fleet.ts';
import type { Reading } from '../domain/reading.ts';
import type { WiringVerdict } from '../domain/wiring.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { localDay, localDayOf } from '../lib/local-day.ts';
import type { Log } from '../lib/log.ts';
import type { StateStore } from '../store/state-store.ts';
import type { AcquisitionStatus, BrokerStatus } from './acquisition-status.ts';
import { MAIL_POLICY, PAGE_POLICY } from './content-policy.ts';
import { meterQualities } from './meter-quality.ts';
import type { WebOptions } from './options.ts';
import { renderPage } from './page.ts';
import { qualityReport } from './quality-api.ts';
import { renderQualityPage } from './quality-page.ts';
import { customerStatuses, inOrderOfDuty } from './status.ts';

/** What a supervisor asks for. `waitingRows` wait on disk for a database that is away. */
export interface Health {
  readonly isWell: boolean;
  readonly answering: number;
  readonly waitingRows: number;
}

export interface WebParts {
  readonly options: WebOptions;
  readonly siteName: string;
  readonly timeZone: string;
  readonly fleet: Fleet;
  readonly people: readonly Person[];
  readonly latest: () => ReadonlyMap<string, Reading>;
  readonly openAlerts: () => readonly Alert[];
  /** How old a meter's latest reading may be, in milliseconds, before it says nothing of now. */
  readonly silentAfter: (meter: Meter) => number;
  readonly health: () => Health;
  /** The counts of a day, 'YYYY-MM-DD', of every meter that has any; of today as they stand now. */
  readonly qualityDays: (day: string) => readonly QualityDay[];
  /** What is known of a meter's wiring; undefined when nothing is. */
  readonly wiring: (meter: string) => WiringVerdict | undefined;
  /** Seconds that a meter's clock was ahead of ours when it was last asked; undefined when it never was. */
  readonly clockOffset: (meter: string) => number | undefined;
  /** How the acquisition of each meter goes, by its id. */
  readonly acquisition: () => ReadonlyMap<string, AcquisitionStatus>;
  readonly brokers: () => readonly BrokerStatus[];
  readonly state: Pick<StateStore, 'recentAlerts' | 'recentMessages' | 'message' | 'recentEvents'>;
  readonly clock: Clock;
  readonly log: Log;
}

const SHOWN_MAILS = 10;
const SHOWN_LATELY = 8;
const SHOWN_EVENTS = 10;
/** The alerts that fired last, among which those that are over are found. */
const LOOKED_THROUGH = 100;

const HTML = 'text/html; charset=utf-8';

/** Status page, mails as they were sent, and a health check for whoever supervises the process. */
export class WebServer {
  readonly #parts: WebParts;
  #server: FastifyInstance | undefined;
  #url = '';

  constructor(parts: WebParts) {
    this.#parts = parts;
  }

  /** Resolves when the page can be asked for; rejects, naming host and port, when it cannot listen there. */
  async start(): Promise<void> {
    const { host, port } = this.#parts.options;
    const server = Fastify({ logger: false, forceCloseConnections: true });
    this.#addRoutes(server);
    try {
      this.#url = await server.listen({ host, port });
    } catch (error) {
      await server.close();
      throw new Error(`The status page cannot listen on ${host}:${port} (web.host, web.port): ${messageOf(error)}`, {
        cause: error,
      });
    }
    this.#server = server;
    this.#parts.log.info({ url: this.#url }, 'Status page is up');
  }

  /** Ends open connections at once, idle or not. */
  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  /** 'http://127.0.0.1:8080', with the port that was really taken; empty before the start. */
  url(): string {
    return this.#url;
  }

  #addRoutes(server: FastifyInstance): void {
    this.#addManners(server);
    this.#addPages(server);
    this.#addAnswersForPrograms(server);
    // Browsers ask for it on their own; there is none.
    server.get('/favicon.ico', async (_request, reply) => reply.code(204).send());
  }

  /** What holds for every answer, and for errors. */
  #addManners(server: FastifyInstance): void {
    const { log } = this.#parts;
    server.addHook('onSend', async (_request, reply) => {
      reply.headers({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
    });
    server.setErrorHandler<Error & { readonly statusCode?: number }>(async (err, request, reply) => {
      const code = err.statusCode ?? 500;
      if (code >= 500) log.error({ err, url: request.url }, 'A page could not be made');
      return reply
        .code(code)
        .type('text/plain')
        .send(code >= 500 ? 'this page could not be made\n' : `${err.message}\n`);
    });
  }

  #addPages(server: FastifyInstance): void {
    const { state } = this.#parts;
    const pages = {
      '/': (locale: Locale) => this.#page(locale),
      '/quality': (locale: Locale) => this.#qualityPage(locale),
    };
    for (const [path, render] of Object.entries(pages)) {
      server.get<{ Querystring: { lang?: string | string[] } }>(path, async (request, reply) => {
        const locale = localeFor(request.query.lang, request.headers['accept-language']);
        return reply.header('content-security-policy', PAGE_POLICY).type(HTML).send(render(locale));
      });
    }
    server.get<{ Params: { id: string } }>('/mails/:id', async (request, reply) => {
      const mail = state.message(request.params.id);
      if (!mail) return reply.code(404).type('text/plain').send('no such mail\n');
      return reply.header('content-security-policy', MAIL_POLICY).type(HTML).send(mail.html);
    });
  }

  #addAnswersForPrograms(server: FastifyInstance): void {
    const { fleet, latest, openAlerts, health, qualityDays, timeZone, clock } = this.#parts;
    server.get<{ Querystring: { day?: string | string[] } }>('/api/quality', async (request, reply) => {
      const { day: asked = localDayOf(clock.now(), timeZone).date } = request.query;
      const day = typeof asked === 'string' ? localDay(asked, timeZone) : undefined;
      if (!day) return reply.code(400).send({ error: "day: expected one calendar day such as '2026-03-01'" });
      return qualityReport(day.date, timeZone, qualityDays(day.date), fleet);
    });
    server.get('/healthz', async (_request, reply) => {
      const { isWell, answering, waitingRows } = health();
      return reply.code(isWell ? 200 : 503).send({
        status: isWell ? 'ok' : 'the clock tick has stopped',
        meters: fleet.meters.size,
        heard: latest().size,
        answering,
        waiting_rows: waitingRows,
        open_alerts: openAlerts().filter((alert) => alert.state === 'firing').length,
      });
    });
  }

  #page(locale: Locale): string {
    const { fleet, people, openAlerts, silentAfter, state, clock } = this.#parts;
    const firing = openAlerts().filter((alert) => alert.state === 'firing');
    const now = clock.now();
    const latest = this.#parts.latest();
    return renderPage({
      ...this.#parts,
      locale,
      now,
      customers: customerStatuses({ fleet, people, firing, latest, silentAfter, now }),
      firing: inOrderOfDuty(firing),
      lately: latelyOver(state.recentAlerts(LOOKED_THROUGH)),
      mails: state.recentMessages(SHOWN_MAILS),
      events: state.recentEvents(SHOWN_EVENTS),
      latest,
    });
  }

  #qualityPage(locale: Locale): string {
    const { acquisition, brokers, clock, latest, qualityDays, timeZone } = this.#parts;
    const now = clock.now();
    const [today, yesterday] = [0, 1].map((back) => qualityDays(localDayOf(now, timeZone, back).date));
    const meters = meterQualities({
      ...this.#parts,
      today: today ?? [],
      yesterday: yesterday ?? [],
      acquisition: acquisition(),
      latest: latest(),
      now,
    });
    return renderQualityPage({ ...this.#parts, locale, now, meters, brokers: brokers() });
  }
}

/** The alerts that ended well last, the latest end first: taken over or no longer watched is not over. */
function latelyOver(alerts: readonly Alert[]): readonly Alert[] {
  const endOf = (alert: Alert) => alert.resolvedAt ?? 0;
  const over = alerts.filter((alert) => alert.resolvedBecause === 'good for the clearing time');
  return over.sort((a, b) => endOf(b) - endOf(a)).slice(0, SHOWN_LATELY);
}

/** What the link asks for, else what the browser prefers first, else English. */
function localeFor(asked: string | string[] | undefined, accepted: string | undefined): Locale {
  const wish = typeof asked === 'string' && asked !== '' ? asked : (accepted ?? '');
  return wish.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}
