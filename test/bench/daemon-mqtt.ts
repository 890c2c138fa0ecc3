import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { mqttOptions } from '../../src/meters/options.ts';
import { benchAcquisition } from './bench-acquisition.ts';
import { mqttFleet } from './meter-fleet.ts';
import { topicOf } from './mqtt-message.ts';
import { BenchPipeline } from './pipeline.ts';
import { Meterings } from './report.ts';

/**
 * The daemon's way from the broker to the accepted reading, as a process of its own: `URL METERS WARM_UP SECONDS`. It ends at
 * the store's doorstep; messages are acknowledged when the store would have taken them.
 */
const [url = '', meters = '0', warmUp = '0', seconds = '0'] = process.argv.slice(2);

const folder = mkdtempSync(join(tmpdir(), 'pq-butler-bench-'));
let messages = 0;
const fleet = mqttFleet(Array.from({ length: Number(meters) }, (_, index) => topicOf(index)));
const log = pino({ level: 'error' }, process.stderr);
const pipeline = new BenchPipeline({ fleet, folder, hasStore: false, log });
await pipeline.start();
const acquisition = benchAcquisition({
  fleet,
  folder,
  log,
  mqtt: mqttOptions.parse({ brokers: [{ id: 'bench', url, client_id: 'daemon' }] }),
  onReading: (reading) => {
    messages += 1;
    return pipeline.accept(reading);
  },
});
acquisition.start();

await wait(Number(warmUp) * 1_000);
messages = 0;
const meterings = new Meterings();
await wait(Number(seconds) * 1_000);
const measured = meterings.result(messages, 0);
await acquisition.stop();
rmSync(folder, { recursive: true, force: true });
process.send?.(measured, () => process.exit(0));
