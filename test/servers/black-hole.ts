import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const LISTEN_AND_SLEEP = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, server.address().port + '\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** A port of a process that never accepts and whose queue is full: connecting to it gets no answer at all. */
export async function startBlackHole(): Promise<{ port: number; stop(): Promise<void> }> {
  const child = spawn(process.execPath, ['-e', LISTEN_AND_SLEEP], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line));
  // The kernel itself completes the first connections, until the queue is full.
  const fillers: Socket[] = [];
  for (let filler = 0; filler < 4; filler += 1) {
    const socket = connect({ port, host: '127.0.0.1' });
    // Those that do not fit end with the process.
    socket.on('error', () => socket.destroy());
    fillers.push(socket);
  }
  await once(fillers[1] ?? child, 'connect');
  async function stop(): Promise<void> {
    for (const socket of fillers) socket.destroy();
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  return { port, stop };
}
