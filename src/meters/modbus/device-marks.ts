import type { FunctionCode } from '../model.ts';
import { MeterError } from './errors.ts';
import { printable } from './identity.ts';
import type { Ask } from './request.ts';

/** What a maker puts into its devices' registers for those who want to know what they are. */
interface DeviceMark {
  readonly maker: string;
  readonly functionCode: FunctionCode;
  readonly start: number;
  readonly count: number;
  /** The ids of the shipped models that a device with these words can be of; undefined: not of this maker. */
  modelsOf(bytes: Buffer): readonly string[] | undefined;
}

export interface MarkFound {
  /** 'Socomec', or 'ABB B23'. */
  readonly words: string;
  readonly models: readonly string[];
}

const SOCOMEC = Buffer.from('0053004F0043004F', 'hex');

/** Carlo Gavazzi, EM300/ET300 series communication protocol V2.9: identification codes. */
const GAVAZZI: ReadonlyMap<number, string> = new Map([
  [331, 'em340'],
  [332, 'em340'],
  [341, 'em340'],
  [346, 'em340'],
  [335, 'et340'],
  [336, 'et340'],
  [345, 'et340'],
]);

const MARKS: readonly DeviceMark[] = [
  {
    // Socomec, Diris and Countis: 'SOCO', a letter in each register.
    maker: 'Socomec',
    functionCode: 3,
    start: 0xc350,
    count: 4,
    modelsOf: (bytes) =>
      bytes.equals(SOCOMEC) ? ['countis-e23', 'countis-e34', 'diris-a14', 'diris-a40', 'eem-ma37x'] : undefined,
  },
  {
    // ABB, A and B series: the type in ASCII, 'B23 '.
    maker: 'ABB',
    functionCode: 3,
    start: 0x8960,
    count: 2,
    modelsOf: (bytes) => (/^[AB][24]\d\s*$/.test(printable(bytes)) ? ['abb-b23'] : undefined),
  },
  {
    // Carlo Gavazzi: a number that can only be read alone.
    maker: 'Carlo Gavazzi',
    functionCode: 4,
    start: 0x000b,
    count: 1,
    modelsOf: (bytes) => {
      const model = GAVAZZI.get(bytes.readUInt16BE(0));
      return model === undefined ? undefined : [model];
    },
  },
];

/** The first mark that the device has. Rejects with what is no MeterError. */
export async function markOf(unit: number, ask: Ask): Promise<MarkFound | undefined> {
  for (const { count, functionCode, maker, modelsOf, start } of MARKS) {
    try {
      const models = modelsOf(await ask({ unit, functionCode, start, count }));
      if (models) return { words: maker, models };
    } catch (error) {
      if (!(error instanceof MeterError)) throw error;
    }
  }
  return undefined;
}
