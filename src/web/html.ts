import { escapeHtml } from '../lib/escape-html.ts';

/** HTML that is ready to be sent. Anything else is escaped where it is put into it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = string | number | Markup | readonly Content[];

/** html`<td>${name}</td>`: whatever stands in the gaps is escaped unless it is Markup; lists are joined. */
export function html(literals: TemplateStringsArray, ...gaps: readonly Content[]): Markup {
  const text = literals.map((literal, index) => literal + textOf(gaps[index] ?? ''));
  return new Markup(text.join(''));
}

function textOf(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string') return escapeHtml(content);
  if (typeof content === 'number') return String(content);
  return content.map(textOf).join('');
}
