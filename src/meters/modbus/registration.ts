import { behindHeartbeats, isBeginning } from './heartbeat.ts';

/** What a modem says before it is a line, and what it may say at any time. */
export interface Registration {
  readonly text: Buffer;
  readonly heartbeat: Buffer;
}

/** Texts of modems as they are configured: as they stand, or bytes as 'hex:0A1B'. */
export function bytesOf(text: string): Buffer {
  return text.startsWith('hex:') ? Buffer.from(text.slice(4), 'hex') : Buffer.from(text);
}

/** The other way round, for people: bytes that cannot be printed as 'hex:...'. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  return /^[ -~]*$/.test(text) ? text : `hex:${bytes.toString('hex')}`;
}

export interface Introduction<R extends Registration> {
  /** Whose registration has come, and what came behind it. */
  readonly known?: { readonly registration: R; readonly rest: Buffer };
  /** Whether more bytes may make it a registration, or another one. */
  readonly mayGrow: boolean;
}

/** What the first bytes of a caller say. A heartbeat may come before its registration, and behind it. */
export function introduction<R extends Registration>(bytes: Buffer, registrations: readonly R[]): Introduction<R> {
  let mayGrow = false;
  let known: Introduction<R>['known'];
  for (const registration of registrations) {
    const { text, heartbeat } = registration;
    const said = behindHeartbeats(bytes, heartbeat);
    mayGrow ||= isBeginning(said, text) || isBeginning(said, heartbeat);
    if (!said.subarray(0, text.length).equals(text)) continue;
    const rest = said.subarray(text.length);
    if (!isBeginning(behindHeartbeats(rest, heartbeat), heartbeat)) continue;
    if (!known || text.length > known.registration.text.length) known = { registration, rest };
  }
  return known ? { known, mayGrow } : { mayGrow };
}
