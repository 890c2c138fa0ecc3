// Stands in for the daemon in the demo's tests: reads the configuration that it is given, answers /healthz, sends one
// mail when it is up, ignores SIGINT as a terminal would send it too, and ends with code 0 on SIGTERM.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createTransport } from 'nodemailer';

const [command, option, file] = process.argv.slice(2);
if (command !== 'run' || option !== '--config' || !file) throw new Error('expected: run --config FILE');
const ports = [...readFileSync(file, 'utf8').matchAll(/^ {2}port: (\d+)$/gm)].map((match) => Number(match[1]));
const [webPort, mailPort] = ports;

const server = createServer((_request, response) => response.end('{"status":"ok"}'));
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => process.exit(0));

const mail = createTransport({ host: '127.0.0.1', port: mailPort });
await mail.sendMail({ from: 'butler@grid.example', to: 'duty@grid.example', subject: '电压暂降', text: 'L1' });
server.listen(webPort, '127.0.0.1');
