import { connectAsync } from 'mqtt';
import { messageAt, topicOf } from './mqtt-message.ts';

/** Publishes for ever, as a process of its own: `URL METERS PER_SECOND`, with QoS 1; meters have no common beat. */
const [url = '', meters = '0', rate = '0'] = process.argv.slice(2);

const client = await connectAsync(url);
let count = 0;
setInterval(() => {
  client.publish(topicOf(count % Number(meters)), messageAt(Date.now(), count), { qos: 1 });
  count += 1;
}, 1_000 / Number(rate));
process.send?.('publishing');
