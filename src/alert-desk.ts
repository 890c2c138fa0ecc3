import type { AlertBook } from './alerts/alert-book.ts';
import type { AlertChange } from './domain/alert.ts';
import type { Fleet } from './domain/fleet.ts';
import type { Log } from './lib/log.ts';
import type { Announcer } from './notify/announcer.ts';
import type { OutgoingMessage, StateStore } from './store/state-store.ts';

export interface AlertDeskParts {
  readonly fleet: Fleet;
  readonly book: AlertBook;
  readonly announcer: Announcer;
  readonly state: Pick<StateStore, 'save'>;
  readonly log: Log;
  /** Called after messages went into the outbox. */
  readonly onMessages: () => void;
}

/** Where what became of alerts is put on paper: to the disk, into the outbox, into the log. */
export class AlertDesk {
  readonly #parts: AlertDeskParts;
  #unsavedMessages: OutgoingMessage[] = [];
  #isRefused = false;

  constructor(parts: AlertDeskParts) {
    this.#parts = parts;
  }

  /**
   * Alert changes and the messages they cause reach the disk together, before anyone is told. What a refusing disk leaves
   * behind is tried again with the next change or tick.
   */
  save(changes: readonly AlertChange[]): void {
    const { book, state, onMessages, log } = this.#parts;
    for (const change of changes) this.#unsavedMessages.push(...this.#messagesFor(change));
    const unsaved = book.unsaved();
    const messages = this.#unsavedMessages;
    if (unsaved.alerts.length + unsaved.forget.length + messages.length === 0) return;
    try {
      state.save({ ...unsaved, messages });
      book.saved(unsaved);
      this.#unsavedMessages = [];
      if (messages.length > 0) onMessages();
      if (this.#isRefused) log.info({ messages: messages.length }, 'Alerts are saved again');
      this.#isRefused = false;
    } catch (error) {
      if (!this.#isRefused) log.error({ err: error }, 'Alerts cannot be saved: nobody is told until they are');
      this.#isRefused = true;
    }
    for (const change of changes) this.#logChange(change);
  }

  /** A text that cannot be made must not keep the alert itself from being kept and shown. */
  #messagesFor(change: AlertChange): readonly OutgoingMessage[] {
    try {
      return this.#parts.announcer.messagesFor(change);
    } catch (error) {
      this.#parts.log.error({ err: error, alert: change.alert.id }, 'The mails of an alert could not be written');
      return [];
    }
  }

  #logChange({ kind, reason, alert, time }: AlertChange): void {
    const place = this.#parts.fleet.meters.get(alert.subject);
    const fields = {
      rule: alert.rule,
      customer: place?.customer.name,
      subject: alert.subject,
      since: new Date(alert.since).toISOString(),
      at: new Date(time).toISOString(),
      reason,
    };
    if (kind === 'resolved') this.#parts.log.info(fields, 'Alert resolved');
    else this.#parts.log.warn(fields, kind === 'fired' ? 'Alert fired' : 'Alert became graver');
  }
}
