import { type Content, html, type Markup } from './html.ts';
import type { CustomerState } from './status.ts';

export interface Row {
  /** Space-separated classes of the style sheet. */
  readonly look: string;
  readonly cells: readonly Content[];
}

/** A table that a narrow screen shows as cards: each cell carries its column's heading for that. */
export function table(name: string, headings: readonly string[], rows: readonly Row[]): Markup {
  const head = headings.map((heading) => html`<th scope="col">${heading}</th>`);
  const body = rows.map(({ look, cells }) => {
    const columns = cells.map((cell, index) => html`<td data-label="${headings[index] ?? ''}">${cell}</td>`);
    return html`<tr class="${look}">${columns}</tr>\n`;
  });
  return html`<table class="${name}"><thead><tr>${head}</tr></thead><tbody>\n${body}</tbody></table>`;
}

/** Two lines of a cell: what matters, and below it, smaller, what explains it. */
export function twoLines(first: Content, second: Content): Markup {
  return html`<b>${first}</b>${second === '' ? '' : html`<small>${second}</small>`}`;
}

/** A coloured dot and its word, because nobody should have to tell states by colour. */
export function badge(state: CustomerState, word: string): Markup {
  return html`<span class="badge ${state}">${word}</span>`;
}
