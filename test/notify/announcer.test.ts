import { describe, expect, it } from 'vitest';
import type { AlertChange } from '../../src/domain/alert.ts';
import { createAnnouncer } from '../../src/notify/announcer.ts';
import {
  alert,
  announcerOptions,
  customer,
  DUTY_EN,
  DUTY_ZH,
  evidenceOf,
  fired,
  GATEWAY,
  MANAGER_EN,
  MANAGER_ZH,
  resolved,
  silence,
  worsened,
} from './fixtures.ts';

const CUSTOMERS = [customer('c01'), customer('c02', { manager: MANAGER_EN }), customer('c03', { host: 'alone' })];
const announcer = createAnnouncer(announcerOptions(CUSTOMERS));
const DIP = alert('voltage_dip', evidenceOf('dip'));

const INTERRUPTED = worsened(DIP, evidenceOf('interruption'));

const recipients = (change: AlertChange) => announcer.messagesFor(change).map(({ recipient }) => recipient);

describe('who is told', () => {
  it.each(['voltage_dip', 'phase_loss', 'voltage_deviation', 'voltage_unbalance', 'overload'] as const)(
    '%s: the account manager of the customer and all engineers, nobody else',
    (rule) => {
      const change = fired(alert(rule, evidenceOf('dip')));
      expect(recipients(change)).toEqual([MANAGER_ZH.id, DUTY_ZH.id, DUTY_EN.id]);
      const other = fired(alert(rule, evidenceOf('dip'), { subject: 'c02-m' }));
      expect(recipients(other)).toEqual([MANAGER_EN.id, DUTY_ZH.id, DUTY_EN.id]);
    },
  );

  it('of something that got worse: the same people as at first', () => {
    const deviation = alert('voltage_deviation', evidenceOf('voltage too high'), { subject: 'c02-m' });
    expect(recipients(INTERRUPTED)).toEqual(recipients(fired(DIP)));
    expect(recipients(worsened(deviation, evidenceOf('voltage too low')))).toEqual(recipients(fired(deviation)));
  });

  it('of a silent meter and of a silent line: the engineers alone', () => {
    const meter = alert('meter_silent', silence('meter'));
    const line = alert('meter_silent', silence('line'), { subject: GATEWAY });
    for (const change of [fired(meter), resolved(meter), fired(line), resolved(line)]) {
      expect(recipients(change)).toEqual([DUTY_ZH.id, DUTY_EN.id]);
    }
  });

  it('everybody in their own language', () => {
    const subjects = announcer.messagesFor(fired(DIP)).map(({ subject }) => subject);
    expect(subjects).toEqual([
      '【紧急】Customer c01：电压暂降',
      '【紧急】电压暂降：Customer c01 / Feed c01',
      '[CRITICAL] Voltage dip: Customer c01 / Feed c01',
    ]);
  });

  it('nobody of a dip that turned out to be a lost phase, or of what is no longer watched', () => {
    for (const reason of ['taken over by a graver alert', 'no longer watched'] as const) {
      expect(announcer.messagesFor({ ...resolved(DIP), reason })).toEqual([]);
    }
  });

  it('nobody of a customer whose manager left; the engineers still are', () => {
    const options = announcerOptions(CUSTOMERS);
    const without = createAnnouncer({ ...options, people: options.people.filter(({ id }) => id !== MANAGER_ZH.id) });
    expect(without.messagesFor(fired(DIP)).map(({ recipient }) => recipient)).toEqual([DUTY_ZH.id, DUTY_EN.id]);
  });
});

describe('a silent line', () => {
  it('is one mail that names every customer on it and no other', () => {
    const line = alert('meter_silent', silence('line'), { subject: GATEWAY });
    for (const mail of announcer.messagesFor(fired(line))) {
      expect(mail.subject).toContain(GATEWAY);
      for (const text of [mail.text, mail.html]) {
        expect(text).toContain('Customer c01');
        expect(text).toContain('Customer c02');
        expect(text).not.toContain('Customer c03');
      }
    }
  });
});

describe('the identity of a mail', () => {
  it('is the same for the same change, and one for each person', () => {
    const ids = announcer.messagesFor(fired(DIP)).map(({ id, dedupeKey }) => [id, dedupeKey]);
    const again = createAnnouncer(announcerOptions(CUSTOMERS)).messagesFor(fired({ ...DIP }));
    expect(again.map(({ id, dedupeKey }) => [id, dedupeKey])).toEqual(ids);
    expect(new Set(ids.flat()).size).toBe(3);
  });

  it('is fit for a Message-ID whatever a person is called', () => {
    const options = announcerOptions(CUSTOMERS);
    const people = options.people.map((person) => (person.id === DUTY_ZH.id ? { ...person, id: '值班 <台>' } : person));
    for (const { id } of createAnnouncer({ ...options, people }).messagesFor(fired(DIP))) {
      expect(id).toMatch(/^[\w.-]+$/);
    }
  });

  it('of the end refers to the beginning, person by person', () => {
    const beginnings = announcer.messagesFor(fired(DIP));
    const ends = announcer.messagesFor(resolved(DIP));
    expect(ends.map(({ references }) => references)).toEqual(beginnings.map(({ id }) => id));
    expect(beginnings.every(({ references }) => references === undefined)).toBe(true);
    expect(new Set([...beginnings, ...ends].map(({ id }) => id)).size).toBe(6);
  });

  it('of what got worse is its own and refers to the beginning, as the end still does', () => {
    const beginnings = announcer.messagesFor(fired(DIP));
    const worse = announcer.messagesFor(INTERRUPTED);
    const ends = announcer.messagesFor(resolved(INTERRUPTED.alert));
    expect(worse.map(({ references }) => references)).toEqual(beginnings.map(({ id }) => id));
    expect(ends.map(({ references }) => references)).toEqual(beginnings.map(({ id }) => id));
    for (const { id, dedupeKey, alertId, createdAt } of worse) {
      expect(id).toMatch(new RegExp(`^${DIP.id}\\.worsened\\.`));
      expect(dedupeKey).toBe(id);
      expect({ alertId, createdAt }).toEqual({ alertId: DIP.id, createdAt: INTERRUPTED.time });
    }
    expect(new Set([...beginnings, ...worse, ...ends].map(({ id }) => id)).size).toBe(9);
  });

  it('carries the alert, the address and the time of the change', () => {
    expect(announcer.messagesFor(fired(DIP))[0]).toMatchObject({
      alertId: DIP.id,
      to: 'li@grid.example',
      createdAt: DIP.firedAt,
    });
  });
});
