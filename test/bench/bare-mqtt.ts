import { setTimeout as wait } from 'node:timers/promises';
import { connect } from 'mqtt';
import { topicOf } from './mqtt-message.ts';
import { Meterings } from './report.ts';

/** The baseline, as a process of its own: `URL METERS WARM_UP SECONDS`. Bare mqtt.js and JSON.parse, QoS 1. */
const [url = '', meters = '0', warmUp = '0', seconds = '0'] = process.argv.slice(2);

let messages = 0;
let sum = 0;
const client = connect(url, { clientId: 'bare', clean: true });
client.on('message', (_topic, payload) => {
  const message: unknown = JSON.parse(payload.toString());
  if (typeof message === 'object' && message !== null && 'frequency' in message) sum += Number(message.frequency);
  messages += 1;
});
client.on('connect', () => {
  client.subscribe(
    Array.from({ length: Number(meters) }, (_, index) => topicOf(index)),
    { qos: 1 },
  );
});

await wait(Number(warmUp) * 1_000);
messages = 0;
const meterings = new Meterings();
await wait(Number(seconds) * 1_000);
process.send?.({ ...meterings.result(messages, 0), sum }, () => process.exit(0));
