import type { Locale } from '../domain/customer.ts';
import { localTime } from '../lib/wording.ts';
import { html, Markup } from './html.ts';
import { LABELS } from './labels.ts';
import { RENEWAL } from './renewal.ts';
import { STYLE } from './style.ts';

/** What every page has around what it shows. */
export interface PageFrame {
  readonly locale: Locale;
  readonly siteName: string;
  readonly timeZone: string;
  readonly now: number;
  readonly title: string;
  readonly path: '/' | '/quality';
  /** The other page. */
  readonly link: { readonly path: '/' | '/quality'; readonly words: string };
  /** So many of each state, in the order in which they are shown. */
  readonly counts: readonly StateCount[];
}

export interface StateCount {
  readonly state: string;
  readonly word: string;
  readonly count: number;
}

/** One HTML document. It renews itself; without scripts by loading itself again, less often. */
export function renderDocument(frame: PageFrame, main: Markup): string {
  const { locale, title } = frame;
  const page = html`<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<noscript><meta http-equiv="refresh" content="10"></noscript>
<style>${new Markup(STYLE)}</style><script>${new Markup(RENEWAL)}</script></head><body>
${header(frame)}
<main>
${main}
</main></body></html>
`;
  return page.text;
}

function header({ locale, siteName, timeZone, now, path, link, counts }: PageFrame): Markup {
  const label = LABELS[locale];
  const other = locale === 'en' ? 'zh-CN' : 'en';
  const time = localTime(now, timeZone);
  const tiles = counts.map(
    ({ state, word, count }) => html`<li class="${state}${count === 0 ? ' none' : ''}"><b>${count}</b> ${word}</li>`,
  );
  return html`<header><h1>${siteName} <span>pq-butler</span></h1>
<p><span>${label.asOf} <time>${time}</time> (${timeZone})</span><span><a href="${link.path}?lang=${locale}">${link.words}</a> · <a href="${path}?lang=${other}" lang="${other}">${label.other}</a></span></p></header>
<p class="no-answer" role="alert">${label.lost(time)}</p>
<ul class="counts">${tiles}</ul>`;
}
