import type { Alert } from '../domain/alert.ts';
import type { Locale, Person } from '../domain/customer.ts';
import type { Fleet } from '../domain/fleet.ts';
import type { MeterEvent } from '../domain/meter-event.ts';
import type { Reading } from '../domain/reading.ts';
import type { WiringVerdict } from '../domain/wiring.ts';
import type { StoredMessage } from '../store/state-store.ts';
import { alertTable } from './alert-table.ts';
import { customerTable } from './customer-table.ts';
import { renderDocument } from './document.ts';
import { eventTable } from './event-table.ts';
import { html } from './html.ts';
import { LABELS } from './labels.ts';
import { mailTable } from './mail-table.ts';
import { QUALITY_LABELS } from './quality-labels.ts';
import { CUSTOMER_STATES, type CustomerStatus } from './status.ts';

/** What the page shows, in the order in which it shows it. */
export interface PageContent {
  readonly locale: Locale;
  readonly siteName: string;
  readonly timeZone: string;
  readonly now: number;
  readonly fleet: Fleet;
  readonly people: readonly Person[];
  readonly customers: readonly CustomerStatus[];
  readonly firing: readonly Alert[];
  readonly lately: readonly Alert[];
  readonly mails: readonly StoredMessage[];
  /** What the meters noticed on their own, the newest first. */
  readonly events: readonly MeterEvent[];
  readonly latest: ReadonlyMap<string, Reading>;
  readonly wiring: (meter: string) => WiringVerdict | undefined;
}

/** The status page as one HTML document. */
export function renderPage(content: PageContent): string {
  const { locale, siteName, firing, lately, mails, customers, events } = content;
  const label = LABELS[locale];
  const alerts = firing.length > 0 ? alertTable(firing, content) : html`<p class="empty">${label.noAlerts}</p>`;
  const recent = lately.length > 0 ? html`<h2>${label.lately}</h2>${alertTable(lately, content)}` : '';
  const sent = mails.length > 0 ? mailTable(mails, content) : html`<p class="empty">${label.noMails}</p>`;
  const noticed =
    events.length > 0
      ? html`<section class="events"><h2>${label.events}</h2>${eventTable(events, content)}</section>\n`
      : '';
  const counts = CUSTOMER_STATES.map((state) => {
    const count = customers.filter((customer) => customer.state === state).length;
    return { state, word: label.state[state], count };
  });
  const title = `${firing.length > 0 ? `(${firing.length}) ` : ''}${siteName} · pq-butler`;
  const link = { path: '/quality', words: QUALITY_LABELS[locale].title } as const;
  return renderDocument(
    { ...content, title, path: '/', link, counts },
    html`<section class="alerts"><h2>${label.openAlerts} <span>${firing.length}</span></h2>${alerts}${recent}</section>
<section class="mails"><h2>${label.mails}</h2>${sent}</section>
${noticed}<section class="customers"><h2>${label.customers} <span>${customers.length}</span></h2>${customerTable(customers, content)}</section>`,
  );
}
