import { expect, it } from 'vitest';
import { describeWith } from '../../servers/require-server.ts';
import {
  broker,
  connected,
  keep,
  log,
  numbers,
  PATIENT,
  publish,
  ready,
  started,
  topic,
  useBroker,
} from './subscriber-bench.ts';

describeWith('mosquitto', 'a subscriber at a broker that does not grant everything', (path) => {
  useBroker(path, { subscribable: ['site/#'] });

  // MQTT 3.1.1, 3.9.3: 0x80 is failure; MQTT 5, 3.9.3: 0x87 is not authorised.
  it.each([
    ['3.1.1', 'Unspecified error'],
    ['5', 'Not authorized'],
  ])('names the topics that are refused, once, and hears the others (%s)', async (protocol, reason) => {
    const own = started(keep, { topics: [topic(), 'secret/1', 'secret/2'], section: { protocol } });
    await ready();
    await publish(1);
    await expect.poll(numbers, PATIENT).toEqual([1]);
    const errors = () => log.lines.filter(({ level }) => level === 'error');
    const refusal = {
      message: 'Broker refuses topics',
      fields: { broker: 'main', topics: ['secret/1', 'secret/2'], reasons: [reason] },
    };
    expect(errors()).toMatchObject([refusal]);
    expect(own.status().refusedTopics).toEqual(['secret/1', 'secret/2']);

    // Asked again on the next connection, and not told again.
    await broker.end();
    await broker.grant(['site/#', 'secret/1']);
    await broker.start();
    await expect.poll(() => own.status().refusedTopics, PATIENT).toEqual(['secret/2']);
    expect(errors()).toHaveLength(1);

    await broker.end();
    await broker.grant(['#']);
    await broker.start();
    await expect.poll(connected, PATIENT).toBe(3);
    await expect.poll(() => own.status().refusedTopics, PATIENT).toEqual([]);
    await publish(2, 'secret/2');
    await expect.poll(numbers, PATIENT).toEqual([1, 2]);
    expect(errors()).toHaveLength(1);
    await broker.end();
    await broker.grant(['site/#']);
    await broker.start();
  });
});
