import { createServer, type Socket } from 'node:net';

/**
 * Many meters for a benchmark, as a process of its own: `COUNT FIRST_PORT SILENT LIFE`. Each listens on a loopback port of
 * its own and answers any request for registers with 32-bit floats that move a little with each answer; the last SILENT
 * of them take connections and never answer. With LIFE above 0 each connection is reset after so many answers. Says when
 * all listen. Written for speed: it must not be what is measured.
 */
const [count = 0, firstPort = 0, silent = 0, life = 0] = process.argv.slice(2).map(Number);

const HEADER = 9;
const MOST_REGISTERS = 125;

const VOLTAGES = [220, 221, 219];
const CURRENTS = [11, 12, 10];
const APPARENT = VOLTAGES.map((volts, phase) => volts * (CURRENTS[phase] ?? 0));
const POWER_FACTOR = 0.85;
const ACTIVE = APPARENT.map((power) => power * POWER_FACTOR);
const REACTIVE = APPARENT.map((power) => power * Math.sqrt(1 - POWER_FACTOR ** 2));

/** What the checks of a reading must find plausible, in the order of meter-fleet.ts. */
const VALUES = [
  ...VOLTAGES,
  ...[381, 382, 380],
  ...CURRENTS,
  ...ACTIVE,
  ...APPARENT,
  ...[sum(ACTIVE), sum(APPARENT), 50],
  ...[2, 2, 2],
  ...[5, 5, 5],
  1,
  ...REACTIVE,
  sum(REACTIVE),
  0.3,
];

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function answerer(socket: Socket): void {
  const answer = Buffer.alloc(HEADER + 2 * MOST_REGISTERS);
  for (let at = HEADER, index = 0; at + 4 <= answer.length; at += 4, index++) {
    answer.writeFloatBE(VALUES[index] ?? 0, at);
  }
  let answers = 0;
  socket.setNoDelay();
  socket.on('error', () => socket.destroy());
  socket.on('data', (request) => {
    const bytes = 2 * request.readUInt16BE(10);
    request.copy(answer, 0, 0, 8);
    answer.writeUInt16BE(3 + bytes, 4);
    answer[8] = bytes;
    answers += 1;
    answer.writeFloatBE(220 + (answers % 16) / 16, HEADER);
    if (life > 0 && answers > life) socket.resetAndDestroy();
    else socket.write(Buffer.from(answer.subarray(0, HEADER + bytes)));
  });
}

function take(socket: Socket): void {
  socket.resume();
  socket.on('error', () => socket.destroy());
}

let listening = 0;
for (let index = 0; index < count; index++) {
  const server = createServer(index < count - silent ? answerer : take);
  server.listen(firstPort + index, '127.0.0.1', () => {
    listening += 1;
    if (listening === count) process.send?.('listening');
  });
}
process.on('disconnect', () => process.exit(0));
