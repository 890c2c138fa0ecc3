const MOST = 2_000;

/** A payload in one line: 2,000 characters at the most, and nothing that a terminal would take for a command. */
export function payloadExcerpt(payload: string): string {
  const text = payload.replace(/[\p{Cc}\ufffd]+/gu, ' ');
  return text.length > MOST ? `${text.slice(0, MOST)}...` : text;
}
