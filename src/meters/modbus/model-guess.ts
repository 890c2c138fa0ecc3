import type { Values } from '../../domain/reading.ts';
import type { ModbusModel } from '../model.ts';
import { primaryOf } from '../rating.ts';
import type { MarkFound } from './device-marks.ts';
import { MeterError } from './errors.ts';
import { type Identity, identityText } from './identity.ts';
import { plausibilityOf } from './plausibility.ts';
import { planReads } from './read-plan.ts';
import type { Ask } from './request.ts';
import { SunSpecMap } from './sunspec-map.ts';
import { readThoroughly } from './thorough-reading.ts';
import { rawValues } from './values.ts';

/** How likely a device is of a model, 0 to 1, and why, in words. */
export interface ModelGuess {
  readonly model: ModbusModel;
  readonly likelihood: number;
  readonly why: readonly string[];
  /** What was read by it, without transformer ratios. */
  readonly values: Values;
}

export interface Told {
  readonly identity?: Identity;
  readonly mark?: MarkFound;
}

interface Candidate {
  readonly model: ModbusModel;
  readonly score: number;
  readonly values: Values;
  /** How many there are. */
  readonly found: number;
  readonly why: readonly string[];
  readonly isTold: boolean;
}

/** What of a model decides whether the rest is looked at. */
const FIRST_LOOK = /^(voltage_l|frequency)/;
const WORTH_A_LOOK = 0.5;

/** Of two models that fit alike, the one that explains more of the device is likelier; by so much at the most. */
const SHARE_OF_SIZE = 0.2;

/** What is left of the doubt when the device says itself what it is. */
const DOUBT_WHEN_TOLD = 0.2;
/** What is less likely is not worth telling. */
const LEAST = 0.4;
const MOST_GUESSED = 0.99;

/** The likeliest models first; those that do not fit are left out. Asks for the voltages of each, and all of what fits. */
export async function guessModels(
  unit: number,
  models: readonly ModbusModel[],
  told: Told,
  ask: Ask,
): Promise<readonly ModelGuess[]> {
  const candidates: Candidate[] = [];
  for (const model of models) {
    const candidate = await candidateOf(unit, model, told, ask);
    if (candidate) candidates.push(candidate);
  }
  const most = Math.max(1, ...candidates.map(({ found }) => found));
  return candidates
    .map(({ found, isTold, model, score, values, why }) => {
      const guessed = Math.min(MOST_GUESSED, score * (1 - SHARE_OF_SIZE + (SHARE_OF_SIZE * found) / most));
      return { model, likelihood: isTold ? 1 - DOUBT_WHEN_TOLD * (1 - guessed) : guessed, why, values };
    })
    .filter(({ likelihood }) => likelihood >= LEAST)
    .sort((a, b) => b.likelihood - a.likelihood);
}

async function candidateOf(unit: number, model: ModbusModel, told: Told, ask: Ask): Promise<Candidate | undefined> {
  const base = await baseOf(unit, model, ask);
  if (base === undefined) return undefined;
  const own: Ask = (request) => ask('start' in request ? { ...request, start: request.start + base } : request);
  const first = await valuesOf(unit, { ...model, registers: model.registers.filter(isFirstLook) }, own);
  if (plausibilityOf(first.values).score < WORTH_A_LOOK) return undefined;
  const { missing, values } = await valuesOf(unit, model, own);
  const { evidence, score, why } = plausibilityOf(values);
  const found = Object.keys(values).length;
  const all = found + Object.keys(missing).length;
  const says = saysOf(model, told);
  const tells = model.sunspec ? [...says, 'it has a SunSpec map'] : says;
  return {
    model,
    score: (score * evidence * found) / all,
    values,
    found,
    why: [...tells, ...why, `${found} of ${all} values`],
    isTold: tells.length > 0,
  };
}

async function baseOf(unit: number, { registers, sunspec }: ModbusModel, ask: Ask): Promise<number | undefined> {
  if (!sunspec) return 0;
  const functionCode = registers[0]?.functionCode ?? 3;
  try {
    return await new SunSpecMap({ unit, functionCode, models: sunspec.models }).base(0, ask);
  } catch (error) {
    if (error instanceof MeterError) return undefined;
    throw error;
  }
}

function isFirstLook({ quantity }: { readonly quantity: string }): boolean {
  return FIRST_LOOK.test(quantity);
}

async function valuesOf(unit: number, model: ModbusModel, ask: Ask) {
  const outcomes = await readThoroughly(unit, planReads(model.registers, model), ask, { isAnswering: true });
  return primaryOf(rawValues(outcomes), { ctRatio: 1, ptRatio: 1 });
}

/** What the device itself says for this model. */
function saysOf({ id, name }: ModbusModel, { identity, mark }: Told): readonly string[] {
  const says = mark?.models.includes(id) ? [`it has the mark of ${mark.words}`] : [];
  const text = identity && bare(identityText(identity));
  const isNamed = text !== undefined && typesIn(name).some((type) => text.includes(type));
  return isNamed && identity ? [...says, `it says it is ${identityText(identity)}`] : says;
}

/** 'Siemens SENTRON PAC3200, PAC3220' → ['PAC3200', 'PAC3220']: the words with digits in them. */
function typesIn(name: string): readonly string[] {
  return name
    .split(/[\s,/]+/)
    .map(bare)
    .filter((word) => /\d/.test(word) && word.length >= 4);
}

function bare(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
