import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { MeterEvent } from '../../src/domain/meter-event.ts';
import { SqliteStateStore } from '../../src/store/state.ts';
import { type WebParts, WebServer } from '../../src/web/server.ts';
import { keepingLog } from '../store/keeping-log.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { NOW } from './fleets.ts';
import type { NightScene } from './night-scene.ts';

/** What a test gives; the alerts and mails of the scene and the events go through a state store on disk. */
export interface Given {
  readonly scene: NightScene;
  readonly events?: readonly MeterEvent[];
  readonly parts?: Partial<WebParts>;
}

/** The parts of a status page over a scene, on any free port. */
export function webParts({ scene, events = [], parts }: Given): WebParts {
  const state = new SqliteStateStore({ file: join(temporaryFolder(), 'state.db') });
  state.start();
  onTestFinished(() => state.stop());
  state.save({ alerts: [...scene.firing, ...scene.over], messages: scene.mails });
  state.saveEvents(events);
  return {
    options: { enabled: true, host: '127.0.0.1', port: 0 },
    siteName: 'Demo city 示范市',
    timeZone: 'Asia/Shanghai',
    fleet: scene.fleet,
    people: scene.people,
    latest: () => scene.latest,
    openAlerts: () => scene.firing,
    silentAfter: ({ pollInterval }) => Math.max(30_000, 5 * pollInterval),
    health: () => ({ isWell: true, answering: 69, waitingRows: 12 }),
    qualityDays: () => [],
    wiring: () => undefined,
    clockOffset: () => undefined,
    acquisition: () => new Map(),
    brokers: () => [],
    state,
    clock: { now: () => NOW },
    log: keepingLog(),
    ...parts,
  };
}

/** A status page that listens until the test is over. */
export async function startedServer(parts: WebParts): Promise<WebServer> {
  const server = new WebServer(parts);
  await server.start();
  onTestFinished(() => server.stop());
  return server;
}
