import type { Customer, Person } from '../domain/customer.ts';
import type { Fleet } from '../domain/fleet.ts';
import type { Model } from '../meters/model.ts';
import type { RulePack } from '../rules/pack.ts';
import type { Sections } from './sections.ts';

/** All that the daemon was told, checked and frozen. Paths are absolute, durations in milliseconds. */
export interface Config {
  readonly file: string;
  readonly site: Sections['site'];
  readonly dataDir: string;
  readonly log: Sections['log'];
  readonly store: Sections['store'];
  readonly web: Sections['web'];
  readonly modbus: Sections['modbus'];
  readonly mqtt: Sections['mqtt'];
  readonly mail: Sections['mail'];
  readonly summary: Sections['summary'];
  /** The rule pack, with the overrides of the section `rules` in it. */
  readonly pack: RulePack;
  readonly models: ReadonlyMap<string, Model>;
  readonly people: readonly Person[];
  readonly customers: readonly Customer[];
  readonly fleet: Fleet;
}
