import { expect, it } from 'vitest';
import { lines, phases } from '../rules/points.ts';
import { NOW, reading } from './fleets.ts';
import { nightScene } from './night-scene.ts';
import { startedServer, webParts } from './web-server.ts';

const scene = nightScene();

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}

it('calls over only what is good again, with its time and the duration that the mails tell', async () => {
  const [dip, other, overload] = scene.over;
  if (!dip || !other || !overload) throw new Error('the scene has fewer alerts that are over');
  const over = [
    { ...dip, resolvedAt: dip.since + 7_600 },
    { ...other, resolvedBecause: 'taken over by a graver alert' as const },
    { ...overload, resolvedBecause: 'no longer watched' as const },
  ];
  const server = await startedServer(webParts({ scene: { ...scene, over } }));
  const page = await textOf(`${server.url()}/?lang=en`);
  const lately = page.slice(page.indexOf('Lately over'), page.indexOf('Latest mails'));
  expect(lately.split('</tr>\n').length - 1).toBe(1);
  expect(lately).toContain('data-label="Time"><b>02:21:40 – 02:21:47</b><small>8 s</small>');
  expect(lately).not.toContain('Since');
  expect(page.slice(0, page.indexOf('Lately over'))).toContain('data-label="Since"');
});

it('says which voltages it shows', async () => {
  const latest = new Map([
    ['c02-m1', reading('c02-m1', NOW, { ...lines(10_320, 10_310, 10_330), ...phases(5_958) })],
    ['c03-m1', reading('c03-m1', NOW, phases(230.1, 229.4, 231))],
    ['c04-m1', reading('c04-m1', NOW, { frequency: 50 })],
  ]);
  const server = await startedServer(webParts({ scene, parts: { latest: () => latest } }));
  const english = await textOf(`${server.url()}/?lang=en`);
  expect(english).toContain('10.32 / 10.31 / 10.33 kV<small>line to line</small>');
  expect(english).toContain('230.1 / 229.4 / 231.0 V<small>line to neutral</small>');
  expect(english.split('<small>line to').length - 1).toBe(2);
  const chinese = await textOf(`${server.url()}/?lang=zh-CN`);
  expect(chinese).toContain('10.33 kV<small>线电压</small>');
  expect(chinese).toContain('231.0 V<small>相电压</small>');
});

it('counts meters and customers of a silent line as Chinese does', async () => {
  const server = await startedServer(webParts({ scene }));
  expect(await textOf(`${server.url()}/?lang=zh-CN`)).toMatch(/4 块表计：[^、<]+、[^、<]+、[^、<]+，另有 1 户</);
});
