import { fileURLToPath } from 'node:url';
import { pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import { wallClock } from './clock.ts';
import { demoScenario } from './demo/demo-scenario.ts';
import { startDemo } from './demo/start-demo.ts';

/** Of the demo's page. */
const WEB_PORT = 8080;

const log = process.stdout.isTTY
  ? pino({ name: 'demo' }, pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss o', sync: true }))
  : pino({ name: 'demo', timestamp: stdTimeFunctions.isoTime });

const end = new AbortController();
process.on('SIGINT', () => end.abort());
process.on('SIGTERM', () => end.abort());

process.exitCode = await startDemo({
  daemonEntry: fileURLToPath(new URL('../main.js', import.meta.url)),
  folder: 'demo-data',
  webPort: WEB_PORT,
  clock: wallClock,
  log,
  scenario: demoScenario,
  settleMs: 15_000,
  signal: end.signal,
});
