import type { Locale } from '../domain/customer.ts';

/** How urgent something looks. */
export type Tone = 'critical' | 'warning' | 'good' | 'plain';

/** A mail before it has a form: said once, rendered as plain text and as HTML. */
export interface MailContent {
  readonly locale: Locale;
  readonly subject: string;
  readonly tone: Tone;
  /** A word above the title: 'Urgent', '已恢复'. */
  readonly badge?: string;
  readonly title: string;
  readonly lead: string;
  readonly sections: readonly MailSection[];
  readonly footer: string;
}

export type MailSection =
  | { readonly kind: 'heading'; readonly text: string; readonly badge: string; readonly tone: Tone }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'paragraph'; readonly heading?: string; readonly text: string }
  /** `steps` are done one after the other and numbered, a `list` has no order. */
  | { readonly kind: 'steps' | 'list'; readonly heading?: string; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly heading: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

/** The mail for programs and people that want no HTML. */
export function renderText(content: MailContent): string {
  const { locale, badge, title, lead, sections, footer } = content;
  const headline = badge === undefined ? title : locale === 'en' ? `[${badge}] ${title}` : `【${badge}】${title}`;
  const blocks = sections.map((section) => linesOf(section, locale).join('\n'));
  return `${[headline, lead, ...blocks, `-- \n${footer}`].join('\n\n')}\n`;
}

function linesOf(section: MailSection, locale: Locale): readonly string[] {
  const colon = locale === 'en' ? ': ' : '：';
  switch (section.kind) {
    case 'heading':
      return [`== ${section.text}${locale === 'en' ? ` (${section.badge})` : `（${section.badge}）`} ==`];
    case 'facts':
      return section.rows.map(([name, value]) => `  ${name}${colon}${value}`);
    case 'paragraph':
      return [...headingOf(section), section.text];
    case 'list':
      return [...headingOf(section), ...section.items.map((item) => `  - ${item}`)];
    case 'steps':
      return [...headingOf(section), ...section.items.map((item, index) => `  ${index + 1}. ${item}`)];
    case 'table':
      return [
        section.heading,
        `  ${section.columns.join(' | ')}`,
        ...section.rows.map((row) => `  ${row.join(' | ')}`),
      ];
  }
}

function headingOf({ heading }: { readonly heading?: string }): readonly string[] {
  return heading === undefined ? [] : [heading];
}
