import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { probe } from '../../src/commands/probe.ts';
import { ConfigFolder } from '../config/config-folder.ts';
import { Mosquitto } from '../servers/mosquitto.ts';
import { describeWith } from '../servers/require-server.ts';
import { captured } from './captured.ts';
import { lineWith, run } from './probe-run.ts';
import { configWith, toolParts } from './tool-bench.ts';

describeWith('mosquitto', 'probe of an MQTT meter', (program) => {
  const broker = new Mosquitto(program);

  beforeAll(() => broker.start());
  afterAll(() => broker.remove());

  /** A configured meter m1 on the topic site/m1, and a client to publish with. */
  async function meter() {
    const connection = 'mqtt://main/site/m1';
    const config = new ConfigFolder({
      'pq-butler.yaml': configWith([{ id: 'm1', model: 'plain-json', connection }], broker.url),
    });
    const client = await connectAsync(broker.url);
    onTestFinished(() => client.endAsync());
    return { client, file: config.file() };
  }

  it('prints what the first message says, with the message itself', async () => {
    const { client, file } = await meter();
    const payload = JSON.stringify({ voltage_l1_n: 230.5, current_l1: 5 });
    const publishing = setInterval(() => client.publish('site/m1', payload), 50);
    onTestFinished(() => clearInterval(publishing));

    const { code, stdout } = await run({ meter: 'm1', config: file });

    expect(lineWith(stdout, 'voltage_l1_n')).toEqual(['voltage_l1_n', '230.5', 'V', 'good']);
    expect(stdout).toContain(`site/m1: ${payload}`);
    expect(code).toBe(0);
  });

  it('leaves the session of the daemon alone: it comes under an id of its own and keeps nothing', async () => {
    const { client, file } = await meter();
    const daemon = await connectAsync(broker.url, { clientId: 'pq-butler', clean: false });
    onTestFinished(() => daemon.endAsync());
    let closed = 0;
    daemon.on('close', () => {
      closed += 1;
    });
    const publishing = setInterval(() => client.publish('site/m1', '{"voltage_l1_n": 230}'), 50);
    onTestFinished(() => clearInterval(publishing));

    expect((await run({ meter: 'm1', config: file })).code).toBe(0);

    expect(closed).toBe(0);
    expect(daemon.connected).toBe(true);
  });

  it('says what came in place of a reading when none does, and ends with 1', async () => {
    const { client, file } = await meter();
    const payload = JSON.stringify({ volts: 230, filler: 'x'.repeat(3_000) });
    const publishing = setInterval(() => client.publish('site/m1', payload), 50);
    onTestFinished(() => clearInterval(publishing));
    const { out, written } = captured();
    const request = { meter: 'm1', config: file, samples: '1', wait: '2s' };
    const begin = performance.now();

    const code = await probe(request, out, toolParts());

    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(written.stderr).toMatch(/Nothing could be read: no reading within 2 s/);
    expect(written.stderr).toMatch(
      /A message came that says nothing: site\/m1: .*\. It reads: {"volts":230,"filler":"x+\.\.\.\n/,
    );
    expect(/It reads: (.*)\.\.\./.exec(written.stderr)?.[1]).toHaveLength(2_000);
    expect(written.stderr).toMatch(/Hint: The model looks for values at: .*voltage_l1_n, .* and \d+ more\n/);
    expect(code).toBe(1);
  });
});
