import type { Alert } from '../domain/alert.ts';
import type { Locale, Person } from '../domain/customer.ts';
import type { Fleet } from '../domain/fleet.ts';
import { localTime } from '../lib/wording.ts';
import type { StoredMessage } from '../store/state-store.ts';
import { alertTable } from './alert-table.ts';
import { customerTable } from './customer-table.ts';
import { html, Markup } from './html.ts';
import { LABELS } from './labels.ts';
import { mailTable } from './mail-table.ts';
import { RENEWAL } from './renewal.ts';
import { CUSTOMER_STATES, type CustomerStatus } from './status.ts';
import { STYLE } from './style.ts';

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
}

/** The status page as one HTML document. It renews itself; without scripts by loading itself again, less often. */
export function renderPage(content: PageContent): string {
  const { locale, siteName, firing, lately, mails, customers } = content;
  const label = LABELS[locale];
  const alerts = firing.length > 0 ? alertTable(firing, content) : html`<p class="empty">${label.noAlerts}</p>`;
  const recent = lately.length > 0 ? html`<h2>${label.lately}</h2>${alertTable(lately, content)}` : '';
  const sent = mails.length > 0 ? mailTable(mails, content) : html`<p class="empty">${label.noMails}</p>`;
  const page = html`<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${firing.length > 0 ? `(${firing.length}) ` : ''}${siteName} · pq-butler</title>
<noscript><meta http-equiv="refresh" content="10"></noscript>
<style>${new Markup(STYLE)}</style><script>${new Markup(RENEWAL)}</script></head><body>
${header(content)}
<main>
<section class="alerts"><h2>${label.openAlerts} <span>${firing.length}</span></h2>${alerts}${recent}</section>
<section class="mails"><h2>${label.mails}</h2>${sent}</section>
<section class="customers"><h2>${label.customers} <span>${customers.length}</span></h2>${customerTable(customers, content)}</section>
</main></body></html>
`;
  return page.text;
}

function header({ locale, siteName, timeZone, now, customers }: PageContent): Markup {
  const label = LABELS[locale];
  const other = locale === 'en' ? 'zh-CN' : 'en';
  const time = localTime(now, timeZone);
  const counts = CUSTOMER_STATES.map((state) => {
    const count = customers.filter((customer) => customer.state === state).length;
    return html`<li class="${state}${count === 0 ? ' none' : ''}"><b>${count}</b> ${label.state[state]}</li>`;
  });
  return html`<header><h1>${siteName} <span>pq-butler</span></h1>
<p>${label.asOf} <time>${time}</time> (${timeZone}) · <a href="/?lang=${other}" lang="${other}">${label.other}</a></p></header>
<p class="no-answer" role="alert">${label.lost(time)}</p>
<ul class="counts">${counts}</ul>`;
}
