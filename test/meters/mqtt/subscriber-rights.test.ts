import { expect, it } from 'vitest';
import { describeWith } from '../../servers/require-server.ts';
import { PATIENT, useSubscribers } from './subscriber-bench.ts';

describeWith('mosquitto', 'a subscriber at a broker that does not grant everything', (path) => {
  const bench = useSubscribers(path, { subscribable: ['site/#'] });

  // MQTT 3.1.1, 3.9.3: 0x80 is failure; MQTT 5, 3.9.3: 0x87 is not authorised.
  it.each([
    ['3.1.1', 'Unspecified error'],
    ['5', 'Not authorized'],
  ])('names the topics that are refused, once, and hears the others (%s)', async (protocol, reason) => {
    const own = await bench.listening(bench.keep, {
      topics: [bench.topic, 'secret/1', 'secret/2'],
      section: { protocol },
    });
    await bench.publish(1);
    await bench.kept([1]);
    const errors = () => bench.log.lines.filter(({ level }) => level === 'error');
    const refusal = {
      message: 'Broker refuses topics',
      fields: { broker: 'main', topics: ['secret/1', 'secret/2'], reasons: [reason] },
    };
    expect(errors()).toMatchObject([refusal]);
    expect(own.status().refusedTopics).toEqual(['secret/1', 'secret/2']);

    // Asked again on the next connection, and not told again.
    await bench.broker.end();
    await bench.broker.grant(['site/#', 'secret/1']);
    await bench.broker.start();
    await expect.poll(() => own.status().refusedTopics, PATIENT).toEqual(['secret/2']);
    expect(errors()).toHaveLength(1);

    await bench.broker.end();
    await bench.broker.grant(['#']);
    await bench.broker.start();
    await expect.poll(bench.connected, PATIENT).toBe(3);
    await expect.poll(() => own.status().refusedTopics, PATIENT).toEqual([]);
    await bench.publish(2, 'secret/2');
    await bench.kept([1, 2]);
    expect(errors()).toHaveLength(1);
    await bench.broker.end();
    await bench.broker.grant(['site/#']);
    await bench.broker.start();
  });
});
