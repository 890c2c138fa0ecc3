import { type InfluxClient, StatementRefused } from './influx-client.ts';

/** A retention policy as it should be. */
export interface Policy {
  readonly name: string;
  readonly keepMs: number;
  readonly isDefault: boolean;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Creates what is missing of the database and its retention policies, and alters what differs. Changes nothing else. */
export async function ensureDatabase(
  client: InfluxClient,
  database: string,
  policies: readonly Policy[],
): Promise<void> {
  const name = identifier(database);
  const there = await existingPolicies(client, name);
  if (!there) await client.query(`CREATE DATABASE ${name}`);
  for (const policy of policies) {
    const seconds = Math.ceil(policy.keepMs / 1_000);
    const present = there?.get(policy.name);
    if (present && present.seconds === seconds && (present.isDefault || !policy.isDefault)) continue;
    // Shards as long as InfluxDB itself would choose them; an old, longer one would forbid a shorter policy.
    const shard = policy.keepMs < 2 * DAY ? HOUR : policy.keepMs < 180 * DAY ? DAY : 7 * DAY;
    await client.query(
      `${present ? 'ALTER' : 'CREATE'} RETENTION POLICY ${identifier(policy.name)} ON ${name} DURATION ${seconds}s ` +
        `REPLICATION 1 SHARD DURATION ${shard / HOUR}h${policy.isDefault ? ' DEFAULT' : ''}`,
    );
  }
}

interface PresentPolicy {
  readonly seconds: number;
  readonly isDefault: boolean;
}

async function existingPolicies(client: InfluxClient, name: string): Promise<Map<string, PresentPolicy> | undefined> {
  try {
    const { columns, values } = await client.query(`SHOW RETENTION POLICIES ON ${name}`);
    const at = (row: readonly unknown[], column: string) => row[columns.indexOf(column)];
    return new Map(
      values.map((row) => [
        String(at(row, 'name')),
        { seconds: secondsOf(String(at(row, 'duration'))), isDefault: at(row, 'default') === true },
      ]),
    );
  } catch (error) {
    if (error instanceof StatementRefused && error.message.startsWith('database not found')) return undefined;
    throw error;
  }
}

/** '720h0m0s' → 2592000; a form that is not known is no known duration. */
function secondsOf(text: string): number {
  const [, hours, minutes, seconds] = /^(\d+)h(\d+)m(\d+)s$/.exec(text) ?? [];
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}

/** A name in double quotes, as InfluxQL wants it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
