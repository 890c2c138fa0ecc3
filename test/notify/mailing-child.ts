import { writeSync } from 'node:fs';
import { Secret } from '../../src/lib/secret.ts';
import { Mailer } from '../../src/notify/mailer.ts';

/** Sends one mail to the server on a port, logged in, and prints how that ended. */
const port = Number(process.argv[2]);
const secure = process.argv[3] === 'tls';
const from = 'pq-butler <butler@grid.example>';
const account = { username: 'butler', password: new Secret('corr3ct-horse') };
const mailer = new Mailer({ host: '127.0.0.1', port, secure, from, ...account });
mailer.start();
const mail = { recipient: 'li', to: 'li@grid.example', subject: 'Over TLS', text: 'text', html: '<p>text</p>' };
const delivery = await mailer.deliver({ id: 'm', dedupeKey: 'm', createdAt: 0, ...mail });
mailer.stop();
writeSync(1, `${JSON.stringify(delivery)}\n`);
