import type { Locale, Person } from '../domain/customer.ts';
import type { StoredMessage } from '../store/state-store.ts';
import { html, type Markup } from './html.ts';
import { LABELS } from './labels.ts';
import { shortTime } from './moments.ts';
import { table } from './table.ts';

export interface MailSurroundings {
  readonly locale: Locale;
  readonly timeZone: string;
  readonly now: number;
  readonly people: readonly Person[];
}

/** Who was told what and whether it left, one row per mail; the subject leads to the mail as it was sent. */
export function mailTable(mails: readonly StoredMessage[], surroundings: MailSurroundings): Markup {
  const { locale, timeZone, now, people } = surroundings;
  const label = LABELS[locale];
  const rows = mails.map((mail) => ({
    look: `mail ${mail.state.replace(' ', '-')}`,
    cells: [
      shortTime(mail.createdAt, now, timeZone),
      html`<span title="${mail.to}">${people.find(({ id }) => id === mail.recipient)?.name ?? mail.to}</span>`,
      html`<a href="/mails/${encodeURIComponent(mail.id)}">${mail.subject}</a>${troubleOf(mail, locale)}`,
      html`<span class="mail-state">${label.mailState[mail.state]}</span>`,
    ],
  }));
  return table('mail-table', [label.time, label.to, label.subject, label.status], rows);
}

/** Why a mail did not leave yet, for whoever runs the mail server. */
function troubleOf({ state, attempts, lastError }: StoredMessage, locale: Locale): Markup | string {
  if (state === 'sent' || lastError === undefined) return '';
  return html`<small>${LABELS[locale].failed(attempts, lastError)}</small>`;
}
