import { createHash } from 'node:crypto';
import { RENEWAL } from './renewal.ts';
import { STYLE } from './style.ts';

const NOTHING_ELSE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The status page: its own style and its own script, known by their hashes, which may ask this server again. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(STYLE)}'`,
  `script-src '${hashOf(RENEWAL)}'`,
  "connect-src 'self'",
  "img-src 'self'",
  NOTHING_ELSE,
].join('; ');

/** A mail: what it shows came partly from configuration, so it may style itself, and nothing else. */
export const MAIL_POLICY = `default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; ${NOTHING_ELSE}`;

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
