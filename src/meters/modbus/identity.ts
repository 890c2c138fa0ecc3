import { MeterError } from './errors.ts';
import type { Ask } from './request.ts';

/** What a device says of itself (Modbus application protocol 6.21, basic category). */
export interface Identity {
  readonly vendor?: string;
  readonly productCode?: string;
  readonly revision?: string;
}

const KEYS = ['vendor', 'productCode', 'revision'] as const;

/** Undefined where the device does not say, as most do not. A device that is silent upon it costs one time-out. */
export async function identityOf(unit: number, ask: Ask): Promise<Identity | undefined> {
  try {
    return identityIn(await ask({ unit, functionCode: 43 }));
  } catch (error) {
    if (error instanceof MeterError) return undefined;
    throw error;
  }
}

/** 'Siemens AG PAC4200 V2.1' */
export function identityText({ vendor, productCode, revision }: Identity): string {
  return [vendor, productCode, revision].filter((text) => text !== undefined).join(' ');
}

/** Objects one after the other: number, length, text. */
function identityIn(bytes: Buffer): Identity | undefined {
  const found: Partial<Record<(typeof KEYS)[number], string>> = {};
  let at = 0;
  while (at + 2 <= bytes.length) {
    const key = KEYS[bytes.readUInt8(at)];
    const end = at + 2 + bytes.readUInt8(at + 1);
    const text = printable(bytes.subarray(at + 2, end));
    if (key && text !== '') found[key] = text;
    at = end;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/** Devices pad with zero bytes and blanks; what a terminal would take for a command is left out. */
export function printable(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e\xa0-\xff]/g, '')
    .trim();
}
