import { PoisonPayload } from './heard.ts';
import { MOST_SAMPLES } from './incoming.ts';
import { type Finder, finderOf, isRecord } from './json-path.ts';
import type { MessageMapping, TimeField } from './mapping.ts';
import { numberOf, type Scalar } from './payload-number.ts';
import { type OwnTime, ownTimeOf } from './payload-time.ts';
import { type Mark, type Said, type Test, testOf, ValueReader } from './value-reader.ts';

/** The values of one instant. */
export interface Sample extends OwnTime {
  readonly said: Said;
  /** Transformer ratios in the payload; NaN: they should be there and are not. */
  readonly ctRatio?: number;
  readonly ptRatio?: number;
  /** The sender says that it is from the past: it stands for itself. */
  readonly isHistorical?: boolean;
}

/** Reads the samples of a message. Made once for a mapping; its paths have no placeholders left. */
export class SampleReader {
  readonly #samples: Finder | undefined;
  readonly #roots: readonly Finder[];
  readonly #time: (TimeField & { readonly find: Finder }) | undefined;
  readonly #ct: Finder | undefined;
  readonly #pt: Finder | undefined;
  readonly #quality: readonly { readonly test: Test; readonly means: Mark }[];
  readonly #values: ValueReader;
  readonly #timeZone: string;

  constructor(mapping: MessageMapping, notAvailable: readonly Scalar[], timeZone: string) {
    const { samples, roots, time, ratios, quality, values } = mapping;
    this.#samples = samples && finderOf(samples);
    this.#roots = roots.map((root) => finderOf([root]));
    this.#time = time && { ...time, find: finderOf(time.paths) };
    this.#ct = ratios.ct && finderOf(ratios.ct);
    this.#pt = ratios.pt && finderOf(ratios.pt);
    this.#quality = quality.map((rule) => ({ test: testOf(rule), means: rule.means }));
    this.#values = new ValueReader(values, notAvailable);
    this.#timeZone = timeZone;
  }

  /** The samples that say something. `mark` holds for all their values. */
  read(message: unknown, mark: Mark | undefined, arrivedAt: number): readonly Sample[] {
    if (!this.#samples) return this.#sampleOf(message, message, mark, arrivedAt, true);
    const found = this.#samples(message);
    if (found === undefined) return [];
    const list = Array.isArray(found) ? found : [found];
    if (list.length > MOST_SAMPLES) throw new PoisonPayload(`more than ${MOST_SAMPLES} samples`);
    return list.flatMap((sample, index) => this.#sampleOf(sample, message, mark, arrivedAt, index === list.length - 1));
  }

  /** `isLatest`: with no time of its own it is of now; of an older one nobody knows the time. */
  #sampleOf(
    sample: unknown,
    message: unknown,
    mark: Mark | undefined,
    arrivedAt: number,
    isLatest: boolean,
  ): readonly Sample[] {
    const root = this.#rootOf(sample);
    if (root === undefined) return [];
    const marks = this.#quality.filter(({ test }) => test(sample)).map(({ means }) => means);
    const said = this.#values.read(root, marks.includes('missing') ? 'missing' : (marks[0] ?? mark));
    if (said.values.length === 0 && said.suspect.length === 0) return [];
    const own = this.#timeOf(sample, message, arrivedAt);
    if (own.time === undefined && !isLatest) return [];
    const ratios = {
      ...(this.#ct && { ctRatio: ratioOf(this.#ct(sample)) }),
      ...(this.#pt && { ptRatio: ratioOf(this.#pt(sample)) }),
    };
    return [{ said, ...ratios, ...own }];
  }

  #rootOf(sample: unknown): unknown {
    for (const root of this.#roots) {
      const found = root(sample);
      if (isRecord(found)) return found;
    }
    return undefined;
  }

  #timeOf(sample: unknown, message: unknown, arrivedAt: number): OwnTime {
    if (!this.#time) return {};
    const { find, format, zone } = this.#time;
    return ownTimeOf(find(sample) ?? find(message), format, zone === 'site' ? this.#timeZone : zone, arrivedAt);
  }
}

/** No transformer has more. */
const MOST_RATIO = 1e6;

function ratioOf(found: unknown): number {
  const ratio = numberOf(found);
  return ratio !== undefined && ratio > 0 && ratio <= MOST_RATIO ? ratio : Number.NaN;
}
