import type { AlertChange } from '../../src/domain/alert.ts';
import { createAnnouncer } from '../../src/notify/announcer.ts';
import {
  alert,
  announcerOptions,
  customer,
  DUTY_EN,
  DUTY_ZH,
  fired,
  MANAGER_EN,
  MANAGER_ZH,
  resolved,
  TROUBLES,
  worsened,
} from './fixtures.ts';

/** The change of an alert that began as the first trouble of its rule and is now, at its worst, `name`. */
function changeOf(kind: AlertChange['kind'], { rule, evidence }: (typeof TROUBLES)[number]): AlertChange {
  if (kind === 'fired') return fired(alert(rule, evidence));
  if (kind === 'resolved') return resolved(alert(rule, evidence));
  const first = TROUBLES.find((each) => each.rule === rule && each.evidence.kind !== evidence.kind) ?? { evidence };
  return worsened(alert(rule, first.evidence), evidence);
}

/** The mails of one language about a trouble, by whom they are for. */
export function mailsOf(name: string, kind: AlertChange['kind'], locale: 'zh-CN' | 'en', customerName = 'North Steel') {
  const found = TROUBLES.find((each) => each.name === name);
  if (!found) throw new Error(`no trouble ${name}`);
  return mailsFor(changeOf(kind, found), locale, customerName);
}

export function mailsFor(change: AlertChange, locale: 'zh-CN' | 'en', customerName = 'North Steel') {
  const people = locale === 'en' ? [MANAGER_EN, DUTY_EN] : [MANAGER_ZH, DUTY_ZH];
  const owned = customer('c01', { name: customerName, manager: locale === 'en' ? MANAGER_EN : MANAGER_ZH });
  const announcer = createAnnouncer({ ...announcerOptions([owned]), people });
  const messages = announcer.messagesFor(change);
  const managers = messages.filter(({ recipient }) => [MANAGER_EN.id, MANAGER_ZH.id].includes(recipient));
  return { managers, engineers: messages.filter((each) => !managers.includes(each)) };
}
