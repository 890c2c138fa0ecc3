import { createHash } from 'node:crypto';
import type { AlertChange, RuleName } from '../domain/alert.ts';
import type { Locale, Person } from '../domain/customer.ts';
import type { Fleet } from '../domain/fleet.ts';
import type { OutgoingMessage } from '../store/state-store.ts';
import { type AlertContext, placesOf } from './alert-facts.ts';
import { engineerMail } from './engineer-mail.ts';
import { type MailContent, renderText } from './mail-content.ts';
import { renderHtml } from './mail-html.ts';
import { managerMail } from './manager-mail.ts';

/** Turns an alert change into the mails that it causes: none, or one for each person concerned. */
export interface Announcer {
  messagesFor(change: AlertChange): readonly OutgoingMessage[];
}

export interface AnnouncerOptions {
  readonly fleet: Fleet;
  readonly people: readonly Person[];
  readonly siteName: string;
  readonly timeZone: string;
  readonly sourceOf: (rule: RuleName) => Readonly<Record<Locale, string>>;
}

/** Told to engineers only: nobody may call a customer because a gateway of ours is blind. */
const FOR_ENGINEERS_ONLY: ReadonlySet<RuleName> = new Set(['meter_silent']);

/** Mails by person: account managers hear of their customers in plain words, grid engineers of everything in numbers. */
export function createAnnouncer(options: AnnouncerOptions): Announcer {
  const { fleet, people, siteName, timeZone, sourceOf } = options;
  const engineers = people.filter((person) => person.role === 'grid_engineer');
  const contacts = engineers.map(({ name, email }) => `${name} <${email}>`);

  return {
    messagesFor(change) {
      const { alert, reason } = change;
      // The alert that took over speaks for it, and an alert that is no longer watched concerns nobody.
      if (reason === 'taken over by a graver alert' || reason === 'no longer watched') return [];
      const context: AlertContext = { fleet, siteName, timeZone, source: sourceOf(alert.rule), engineers: contacts };
      const toEngineers = engineers.map((person) =>
        alertMessage(change, person, engineerMail(change, context, person.locale)),
      );
      if (FOR_ENGINEERS_ONLY.has(alert.rule)) return toEngineers;
      const toManagers = placesOf(alert, fleet).flatMap((place) => {
        const manager = people.find((person) => person.id === place.customer.accountManager);
        return manager ? [alertMessage(change, manager, managerMail(change, place, context, manager.locale))] : [];
      });
      return [...toManagers, ...toEngineers];
    },
  };
}

function alertMessage({ kind, alert, time }: AlertChange, person: Person, content: MailContent): OutgoingMessage {
  const message = messageOf(content, person, `${alert.id}.${kind}`, time);
  const firing = messageId(`${alert.id}.fired`, person);
  return { ...message, alertId: alert.id, ...(kind === 'fired' ? {} : { references: firing }) };
}

/** The mail for one person. The same occasion gives the same id, so that nothing is told twice. */
export function messageOf(content: MailContent, person: Person, occasion: string, createdAt: number): OutgoingMessage {
  const id = messageId(occasion, person);
  return {
    id,
    dedupeKey: id,
    recipient: person.id,
    to: person.email,
    subject: content.subject,
    text: renderText(content),
    html: renderHtml(content),
    createdAt,
  };
}

/** Local part of a Message-ID: ASCII whatever the person's id is. */
function messageId(occasion: string, person: Person): string {
  const who = createHash('sha256').update(person.id).digest('hex').slice(0, 10);
  return `${occasion}.${who}`;
}
