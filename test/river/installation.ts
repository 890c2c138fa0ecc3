import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** What a test installs: sections of a configuration file, as an operator would write them. */
export type Sections = Readonly<Record<string, unknown>>;

const PEOPLE = [
  { id: 'chen', name: 'Chen', role: 'account_manager', email: 'chen@grid.example', locale: 'zh-CN' },
  { id: 'reed', name: 'Reed', role: 'account_manager', email: 'reed@grid.example', locale: 'en' },
  { id: 'duty', name: 'Duty desk', role: 'grid_engineer', email: 'duty@grid.example', locale: 'en' },
];

/** An empty folder for one installation. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pq-butler-river-'));
}

/** Writes a real configuration file: one page on a free port, mail to `smtpPort`, and what the test says. */
export function install(folder: string, smtpPort: number, sections: Sections): string {
  const configFile = join(folder, 'pq-butler.yaml');
  const config = {
    site: { name: 'Test city', time_zone: 'Asia/Shanghai' },
    data_dir: './data',
    web: { port: 0 },
    mail: { host: '127.0.0.1', port: smtpPort, from: 'pq-butler <butler@grid.example>' },
    people: PEOPLE,
    ...sections,
  };
  writeFileSync(configFile, stringify(config));
  return configFile;
}

/** A customer with one supply point and one meter. */
export function customer(id: string, name: string, manager: string, nominalKv: number, meter: Sections): Sections {
  return {
    id,
    name,
    class: 'special',
    industry: 'hospital',
    account_manager: manager,
    supply_points: [
      {
        id: `${id}-point`,
        nominal_kv: nominalKv,
        feeder: 'F12',
        substation: 'East',
        contract_kva: 800,
        meters: [{ id: `${id}-meter`, poll_interval: '200ms', ...meter }],
      },
    ],
  };
}
