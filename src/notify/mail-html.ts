import { escapeHtml } from '../lib/escape-html.ts';
import type { MailContent, MailSection, Tone } from './mail-content.ts';

const TONES: Readonly<Record<Tone, { readonly strong: string; readonly pale: string }>> = {
  critical: { strong: '#b3261e', pale: '#fdecea' },
  warning: { strong: '#9a5b00', pale: '#fff4e0' },
  good: { strong: '#2e7d32', pale: '#e8f5e9' },
  plain: { strong: '#3e4c59', pale: '#eef1f4' },
};

const FONTS = "'Helvetica Neue',Arial,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif";
const MUTED = '#52606d';
const LINE = '#e4e7eb';

/** HTML that mail programs show alike: tables, inline styles, nothing fetched from elsewhere. */
export function renderHtml(content: MailContent): string {
  const { locale, subject, tone, badge, title, lead, sections, footer } = content;
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${shown(subject)}</title></head>
<body style="margin:0;background:#f3f4f6;font-family:${FONTS};color:#1f2933">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#ffffff;border-top:6px solid ${TONES[tone].strong};max-width:640px;text-align:left">
<tr><td style="padding:22px 28px 6px">${badge === undefined ? '' : `${chip(badge, tone)}<br>`}
<div style="padding-top:8px;font-size:21px;font-weight:bold;line-height:1.35">${shown(title)}</div></td></tr>
<tr><td style="padding:4px 28px 14px;font-size:16px;line-height:1.6">${shown(lead)}</td></tr>
${sections.map(htmlOf).join('\n')}
<tr><td style="padding:10px 0 0"></td></tr>
<tr><td style="padding:14px 28px 20px;font-size:12px;line-height:1.6;color:${MUTED};border-top:1px solid ${LINE}">${shown(footer)}</td></tr>
</table></td></tr></table></body></html>
`;
}

/** A figure stays with its percent sign. */
function shown(text: string): string {
  return escapeHtml(text).replace(/(\d) %/g, '$1&nbsp;%');
}

function chip(text: string, tone: Tone): string {
  const { strong, pale } = TONES[tone];
  return `<span style="display:inline-block;padding:2px 10px;border-radius:10px;background:${pale};color:${strong};font-size:13px;font-weight:bold;white-space:nowrap">${shown(text)}</span>`;
}

function htmlOf(section: MailSection): string {
  if (section.kind === 'heading') {
    return `<tr><td style="padding:18px 28px 4px;font-size:17px;font-weight:bold;line-height:1.5;border-top:1px solid ${LINE}">${shown(section.text)}&ensp;${chip(section.badge, section.tone)}</td></tr>`;
  }
  const heading = 'heading' in section && section.heading !== undefined ? headingOf(section.heading) : '';
  return `<tr><td style="padding:6px 28px 10px;font-size:14px;line-height:1.65">${heading}${bodyOf(section)}</td></tr>`;
}

function headingOf(text: string): string {
  return `<div style="font-size:14px;font-weight:bold;padding-bottom:4px">${shown(text)}</div>`;
}

function bodyOf(section: Exclude<MailSection, { readonly kind: 'heading' }>): string {
  switch (section.kind) {
    case 'facts':
      return table(
        '',
        section.rows.map(([name, value]) => factRow(name, value)),
      );
    case 'paragraph':
      return shown(section.text);
    case 'steps':
      return `<ol style="margin:0;padding-left:22px">${itemsOf(section.items)}</ol>`;
    case 'list':
      return `<ul style="margin:0;padding-left:20px">${itemsOf(section.items)}</ul>`;
    case 'table':
      return table(headRow(section.columns), section.rows.map(bodyRow));
  }
}

function itemsOf(items: readonly string[]): string {
  return items.map((item) => `<li style="padding-bottom:3px">${shown(item)}</li>`).join('');
}

function table(head: string, rows: readonly string[]): string {
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="font-size:14px;line-height:1.6">${head}${rows.join('')}</table>`;
}

function factRow(name: string, value: string): string {
  return `<tr><td width="118" style="padding:3px 14px 3px 0;color:${MUTED};vertical-align:top">${shown(name)}</td><td style="padding:3px 0;vertical-align:top">${shown(value)}</td></tr>`;
}

function headRow(columns: readonly string[]): string {
  const cells = columns.map(
    (column) =>
      `<th style="padding:3px 12px 3px 0;text-align:left;font-weight:normal;color:${MUTED};border-bottom:1px solid ${LINE}">${shown(column)}</th>`,
  );
  return `<tr>${cells.join('')}</tr>`;
}

function bodyRow(cells: readonly string[]): string {
  const columns = cells.map(
    (cell) =>
      `<td style="padding:4px 12px 4px 0;vertical-align:top;border-bottom:1px solid ${LINE}">${shown(cell)}</td>`,
  );
  return `<tr>${columns.join('')}</tr>`;
}
