import { findProgram } from '../servers/find-program.ts';
import { Mosquitto } from '../servers/mosquitto.ts';
import { Child, measure } from './children.ts';
import type { Measured } from './report.ts';
import { printTable, ratio } from './table.ts';

const [METERS, PER_SECOND, WARM_UP, SECONDS, ROUNDS] = [70, 500, 10, 20, 3];

/** CPU of a message: the daemon's own up to the accepted reading, against bare mqtt.js and JSON.parse. */
export async function mqttCpu(): Promise<void> {
  const program = findProgram('mosquitto');
  if (program === undefined) {
    process.stdout.write('MQTT is not measured: mosquitto is not installed\n');
    return;
  }
  const rows: string[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await consume(program, 'bare-mqtt');
    const daemon = await consume(program, 'daemon-mqtt');
    rows.push([
      String(Math.round(daemon.polls / SECONDS)),
      bare.microsecondsPerPoll.toFixed(0),
      daemon.microsecondsPerPoll.toFixed(0),
      ratio(daemon.microsecondsPerPoll, bare.microsecondsPerPoll),
    ]);
  }
  printTable(['messages/s', 'mqtt + JSON.parse us', 'daemon us', 'daemon / bare'], rows);
}

/** Each consumer has a broker of its own, which owes nothing to the one before. */
async function consume(program: string, consumer: string): Promise<Measured> {
  const broker = new Mosquitto(program, { isPersistent: false });
  await broker.start();
  const publisher = new Child<string>('mqtt-publisher', [broker.url, METERS, PER_SECOND]);
  try {
    await publisher.said();
    return await measure(consumer, broker.url, METERS, WARM_UP, SECONDS);
  } finally {
    await publisher.end();
    await broker.end();
  }
}
