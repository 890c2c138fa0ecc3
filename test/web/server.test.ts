import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebServer } from '../../src/web/server.ts';
import { freePort } from '../servers/free-port.ts';
import { keepingLog } from '../store/keeping-log.ts';
import { nightScene } from './night-scene.ts';
import { startedServer, webParts } from './web-server.ts';

const scene = nightScene();

async function textOf(url: string, headers: Record<string, string> = {}): Promise<string> {
  return (await fetch(url, { headers })).text();
}

/** An agent with one idle connection to the server, kept open for the next request. */
async function keepAliveAgent(url: string): Promise<Agent> {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const request = get(`${url}/healthz`, { agent });
  const [response] = await once(request, 'response');
  response.resume();
  await once(agent, 'free');
  return agent;
}

it('shows every customer, open alerts before mails before customers', async () => {
  const server = await startedServer(webParts({ scene }));
  const page = await textOf(`${server.url()}/?lang=en`);
  for (const { name } of scene.fleet.customers) expect(page).toContain(name);
  const order = ['Open alerts', 'Lately over', 'Latest mails', '>Customers '].map((heading) => page.indexOf(heading));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(Math.min(...order)).toBeGreaterThan(0);
  expect(page).toContain('<li class="critical"><b>1</b> critical</li>');
  expect(page).toContain('<li class="blind"><b>5</b> blind</li>');
  expect(page).toContain('<li class="fine"><b>61</b> fine</li>');
  expect(page).toContain('<title>(5) Demo city 示范市 · pq-butler</title>');
});

it('says of an alert what, where, since when and how bad', async () => {
  const server = await startedServer(webParts({ scene }));
  const rows = (await textOf(`${server.url()}/?lang=en`))
    .split('<tr')
    .filter((row) => row.includes('data-label="Worst"'));
  expect(rows[0]).toMatch(
    /critical.*Phase lost.*on L2.*Elm Pond Hospital.*F09.*0\.38 kV.*03:08:28.*for 4 min.*9\.68 %.*limit 60 %.*U L2-N 21\.30 V/s,
  );
  // The order of duty: after the critical alert the warnings, the newest first, and the silent ones at the end.
  expect(rows[1]).toMatch(/warning.*contract capacity.*Oak Bay Fibre.*02:46:40.*112\.80 %/s);
  expect(rows[2]).toMatch(/warning.*too high.*Mist Stone Hospital.*00:10:40.*7\.90 %/s);
  expect(rows[3]).toMatch(/blind.*modbus-tcp:\/\/10\.20\.1\.14:502.*4 meters: .* and 1 more.*silent for 9 min/s);
  expect(rows[4]).toMatch(/blind.*Meter silent.*North Ridge Steel.*03-01 00:12.*silent for 1 d/s);
});

it('shows only firing alerts', async () => {
  const pending = scene.firing.map((alert) => ({ ...alert, state: 'pending' as const }));
  const parts = webParts({ scene: { ...scene, over: [] }, parts: { openAlerts: () => pending } });
  const server = await startedServer(parts);
  expect(await textOf(`${server.url()}/?lang=en`)).toContain('No open alert.');
});

it('finds the alerts that ended last behind those that fire', async () => {
  const [alert] = scene.over;
  if (!alert) throw new Error('the scene has no alert that is over');
  const many = Array.from({ length: 30 }, (_, index) => ({
    ...alert,
    id: `new ${index}`,
    since: alert.since + index,
    firedAt: alert.since + 60_000,
    state: 'firing' as const,
  }));
  const firing = many.map(({ resolvedAt: _, resolvedBecause: __, ...open }) => open);
  const server = await startedServer(webParts({ scene: { ...scene, firing } }));
  const page = await textOf(`${server.url()}/?lang=en`);
  expect(page.slice(page.indexOf('Lately over'), page.indexOf('Latest mails')).split('</tr>\n').length - 1).toBe(3);
});

it('speaks the language of the link, else of the browser, else English', async () => {
  const server = await startedServer(webParts({ scene }));
  const language = async (path: string, accepted?: string) => {
    const page = await textOf(`${server.url()}${path}`, accepted === undefined ? {} : { 'accept-language': accepted });
    expect(page).toContain(page.includes('lang="zh-CN"><head>') ? '当前告警' : 'Open alerts');
    return /<html lang="([^"]+)"/.exec(page)?.[1];
  };
  expect(await language('/?lang=zh-CN', 'en')).toBe('zh-CN');
  expect(await language('/?lang=en', 'zh-CN,zh;q=0.9')).toBe('en');
  expect(await language('/', 'zh-TW,zh;q=0.9,en;q=0.8')).toBe('zh-CN');
  expect(await language('/', 'en-GB,zh;q=0.5')).toBe('en');
  expect(await language('/?lang=', 'zh')).toBe('zh-CN');
  expect(await language('/?lang=en&lang=zh', 'zh')).toBe('zh-CN');
});

it('leads from a mail to the mail as it was sent, which may run nothing', async () => {
  const server = await startedServer(webParts({ scene }));
  const page = await textOf(`${server.url()}/?lang=en`);
  const newest = scene.mails.toSorted((a, b) => b.createdAt - a.createdAt)[0];
  const link = `/mails/${encodeURIComponent(newest?.id ?? '')}`;
  expect(page).toContain(`href="${link}"`);
  const response = await fetch(`${server.url()}${link}`);
  expect(await response.text()).toBe(newest?.html);
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'unsafe-inline'/);
  expect(response.headers.get('content-security-policy')).not.toContain('script-src');
});

it('says why a mail did not leave', async () => {
  const parts = webParts({ scene });
  const newest = parts.state
    .recentMessages(1)
    .map((mail) => ({ ...mail, attempts: 2, lastError: '550 <no such user>' }));
  const mails = { ...parts, state: { ...stateOf(parts), recentMessages: () => newest } };
  const server = await startedServer(mails);
  expect(await textOf(`${server.url()}/?lang=en`)).toContain('2 failed attempts: 550 &lt;no such user&gt;');
  expect(await textOf(`${server.url()}/?lang=zh-CN`)).toContain('失败 2 次：550 &lt;no such user&gt;');
});

it('lets the page run its own script and style and nothing else', async () => {
  const server = await startedServer(webParts({ scene }));
  const response = await fetch(server.url());
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/default-src 'none'; style-src 'sha256-[^ ]+'; script-src 'sha256-[^ ]+'; connect-src 'self'/);
  expect(policy).not.toContain('unsafe');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
});

it('answers 404 for an unknown mail, and for the icon that browsers ask for nothing', async () => {
  const server = await startedServer(webParts({ scene }));
  const mail = await fetch(`${server.url()}/mails/unknown`);
  expect([mail.status, await mail.text()]).toEqual([404, 'no such mail\n']);
  expect((await fetch(`${server.url()}/favicon.ico`)).status).toBe(204);
});

it('answers a malformed address without a word of its inside', async () => {
  const log = keepingLog();
  const server = await startedServer(webParts({ scene, parts: { log } }));
  expect((await fetch(`${server.url()}/mails/%ff`)).status).toBe(400);
  expect(log.messages('error')).toEqual([]);
});

it('tells the supervisor that it is up, and what it hears', async () => {
  const server = await startedServer(webParts({ scene }));
  const response = await fetch(`${server.url()}/healthz`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    status: 'ok',
    meters: 71,
    heard: 70,
    answering: 69,
    waiting_rows: 12,
    open_alerts: 5,
  });
});

it('tells the supervisor when the tick of the daemon has stopped, though the page still answers', async () => {
  const health = () => ({ isWell: false, answering: 0, waitingRows: 0 });
  const server = await startedServer(webParts({ scene, parts: { health } }));
  const response = await fetch(`${server.url()}/healthz`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ status: 'the clock tick has stopped' });
});

it('logs what it could not make, and keeps it from the reader', async () => {
  const log = keepingLog();
  const parts = webParts({ scene, parts: { log } });
  const message = () => {
    throw new Error('disk I/O error at /secret/place');
  };
  const server = await startedServer({ ...parts, state: { ...stateOf(parts), message } });
  const response = await fetch(`${server.url()}/mails/1`);
  expect([response.status, await response.text()]).toEqual([500, 'this page could not be made\n']);
  expect(log.entries.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { url: '/mails/1' } }]);
});

it('rejects with host and port when the port is taken', async () => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const server = new WebServer(webParts({ scene, parts: { options: { enabled: true, host: '127.0.0.1', port } } }));
  await expect(server.start()).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
  expect(server.url()).toBe('');
  await server.stop();
});

it('frees the port at once, although clients are idle or in the middle of a request', async () => {
  const parts = webParts({ scene });
  const server = await startedServer(parts);
  const url = server.url();
  const port = Number(new URL(url).port);
  const slow = connect(port, '127.0.0.1');
  // Either end of the connection is fine: closed or reset.
  const ended = new Promise((resolve) => slow.on('error', resolve).on('close', resolve));
  slow.write('GET / HTTP/1.1\r\nhost: x\r\n');
  await keepAliveAgent(url);
  const before = performance.now();
  await server.stop();
  expect(performance.now() - before).toBeLessThan(400);
  await ended;
  const next = await startedServer({ ...parts, options: { ...parts.options, port } });
  expect(next.url()).toBe(url);
});

it('answers fast with 70 customers', async () => {
  const server = await startedServer(webParts({ scene }));
  await textOf(server.url());
  const before = performance.now();
  for (let round = 0; round < 20; round += 1) await textOf(server.url());
  expect((performance.now() - before) / 20).toBeLessThan(100);
});

/** The methods of a store, bound, so that one of them can be replaced. */
function stateOf({ state }: ReturnType<typeof webParts>): ReturnType<typeof webParts>['state'] {
  return {
    recentAlerts: (limit) => state.recentAlerts(limit),
    recentMessages: (limit) => state.recentMessages(limit),
    message: (id) => state.message(id),
    recentEvents: (limit) => state.recentEvents(limit),
  };
}
