import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { DeadLetters } from '../../../src/meters/mqtt/dead-letters.ts';
import { Poison } from '../../../src/meters/mqtt/poison.ts';
import { temporaryFolder } from '../../store/temporary-folder.ts';
import { recordingLog } from '../fixtures.ts';
import { ARRIVAL, interpreterOf, ownModel, packet } from './dialects.ts';

const DAY = 86_400_000;
const ONE = "topics: ['{meter}']\nvalues: { frequency: f }\n";
const JSON_MODEL = ownModel(`format: json\n${ONE}`);
const LINES = ownModel(`format: influx\n${ONE}`);

let log: ReturnType<typeof recordingLog>;
let letters: DeadLetters;
let folder: string;
let poison: Poison;
beforeEach(() => {
  log = recordingLog();
  folder = temporaryFolder();
  letters = new DeadLetters(folder, log);
  poison = new Poison('main', letters, log);
});

/** What an interpreter throws for the payload is found. */
function find(payload: string, { topic = 't', arrivedAt = ARRIVAL, model = JSON_MODEL } = {}): string {
  const message = packet(topic, payload, { arrivedAt });
  try {
    interpreterOf(model, { topic }).hear(message);
  } catch (error) {
    return poison.found(message, error);
  }
  throw new Error('it was understood');
}

it('tells what no JSON is without a word of the payload, which only the file of dead letters has', async () => {
  expect(find('{"password": hunter2, "voltage_l1_n": 230}')).toBe('no JSON');
  expect(log.lines).toEqual([
    { level: 'warn', fields: { broker: 'main', topic: 't', reason: 'no JSON' }, message: 'Payload is not understood' },
  ]);
  await letters.flush();
  const [line = ''] = readFileSync(join(folder, 'dead-letters.jsonl'), 'utf8').split('\n');
  expect(JSON.parse(line)).toMatchObject({ reason: expect.stringMatching(/^no JSON: .*hunter2/) });
});

it('tells a storm of poison once, and the first of another topic after it', () => {
  for (let count = 0; count < 1_000; count += 1) find(`garbage ${count}`);
  for (let count = 0; count < 1_000; count += 1) find(`${'v x=1\n'.repeat(count % 20)}v`, { model: LINES });
  expect(log.lines).toHaveLength(2);
  find('garbage', { topic: 'other' });
  expect(log.lines).toMatchObject([
    { fields: { topic: 't' } },
    { fields: { topic: 't' } },
    { fields: { topic: 'other' } },
  ]);
  expect(poison.count).toBe(2_001);
});

it('tells at most three reasons of a topic in a day', () => {
  const message = packet('t', 'x');
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    poison.found(message, Object.assign(new Error('x'), { name }));
  }
  expect(log.lines).toHaveLength(3);
});

it('tells a reason again after a day of its messages', () => {
  find('x');
  find('x', { arrivedAt: ARRIVAL + DAY - 1 });
  expect(log.lines).toHaveLength(1);
  find('x', { arrivedAt: ARRIVAL + DAY });
  expect(log.lines).toHaveLength(2);
  // A clock that was set back by years is followed.
  find('x', { arrivedAt: ARRIVAL - 300 * DAY });
  expect(log.lines).toHaveLength(3);
});

it('shows where the program is at fault, and not what it was given', async () => {
  expect(poison.found(packet('t', 'hunter2'), new TypeError('"hunter2" is not a function'))).toBe(
    'a fault of the program (TypeError)',
  );
  expect(log.lines).toMatchObject([
    {
      level: 'error',
      message: 'Payload cannot be read, by a fault of the program',
      fields: { reason: 'a fault of the program (TypeError)', at: expect.stringContaining('poison.test.ts') },
    },
  ]);
  expect(JSON.stringify(log.lines)).not.toContain('hunter2');
  await letters.flush();
});
