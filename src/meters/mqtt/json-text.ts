import { PoisonPayload } from './heard.ts';

const MAX_DEPTH = 32;

/** Parses a JSON payload. Throws PoisonPayload for what is none or is nested deeper than 32. */
export function parseJson(payload: Buffer): unknown {
  const decoded = payload.toString('utf8');
  const text = decoded.charCodeAt(0) === 0xfeff ? decoded.slice(1) : decoded;
  // Few messages have more brackets than they may be deep: only those are looked at letter by letter.
  if (countOf(text, '{') + countOf(text, '[') > MAX_DEPTH && depthOf(text) > MAX_DEPTH) {
    throw new PoisonPayload(`no JSON that is read here: nested deeper than ${MAX_DEPTH}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's own words quote the payload.
    throw new PoisonPayload('no JSON', { cause: error });
  }
}

/** As far as it matters here: one more than the allowed depth is enough to know. */
function countOf(text: string, bracket: string): number {
  let count = 0;
  for (let at = text.indexOf(bracket); at !== -1 && count <= MAX_DEPTH; at = text.indexOf(bracket, at + 1)) count += 1;
  return count;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isInText && code === BACKSLASH) at += 1;
    else if (code === QUOTE) isInText = !isInText;
    else if (isInText) continue;
    else if (OPENING.has(code)) {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (CLOSING.has(code)) depth -= 1;
  }
  return deepest;
}
