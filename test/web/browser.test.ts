import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { fleetOf } from '../../src/domain/fleet.ts';
import type { WebParts } from '../../src/web/server.ts';
import { describeWith } from '../servers/require-server.ts';
import { launchChromium } from './chromium.ts';
import { customer, firing, meter, NOW, reading, supplyPoint } from './fleets.ts';
import { type NightScene, nightScene } from './night-scene.ts';
import { startedServer, webParts } from './web-server.ts';

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 400, height: 860 };

const TABLES_TOO_WIDE = `[...document.querySelectorAll('table')]
  .filter((table) => table.scrollWidth > table.parentElement.clientWidth)
  .map((table) => table.className)`;

describeWith('chromium', 'the status page in a browser', (path) => {
  const scene = nightScene();
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium(path);
  });
  afterAll(() => browser.close());

  /** A page whose time stands still until it is moved, and what it complained about. */
  async function opened(url: string, viewport = WIDE): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport });
    onTestFinished(() => page.close());
    const complaints: string[] = [];
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.clock.install();
    await page.goto(url);
    return { page, complaints };
  }

  function sideways(page: Page): Promise<number> {
    return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  }

  it.each([WIDE, PHONE])('fits into $width pixels in both languages, with names however long', async (viewport) => {
    const server = await startedServer(
      webParts({ scene: withNames(scene, 'Vereinigte'.repeat(12), '钢铁'.repeat(40)) }),
    );
    for (const language of ['en', 'zh-CN']) {
      const { page, complaints } = await opened(`${server.url()}/?lang=${language}`, viewport);
      expect(await sideways(page)).toBe(0);
      expect(await page.evaluate(TABLES_TOO_WIDE)).toEqual([]);
      expect(complaints).toEqual([]);
    }
  });

  it('says every state in a word that can be seen, wide and narrow', async () => {
    const server = await startedServer(webParts({ scene }));
    for (const viewport of [WIDE, PHONE]) {
      const { page } = await opened(`${server.url()}/?lang=en`, viewport);
      for (const word of ['critical', 'warning', 'blind', 'waiting', 'fine']) {
        await page.locator('.customer-table .badge', { hasText: word }).first().waitFor({ state: 'visible' });
      }
      expect(await page.locator('.customer-table tbody tr').count()).toBe(71);
    }
  });

  it('makes values of a silent meter look old', async () => {
    const server = await startedServer(webParts({ scene }));
    const { page } = await opened(`${server.url()}/?lang=en`);
    const stale = page.locator('.customer-table tr.stale');
    expect(await stale.count()).toBe(5);
    expect(await stale.first().textContent()).toMatch(/blind.*North Ridge Steel.*ago/s);
    const colourOf = (row: string) => page.evaluate(`getComputedStyle(document.querySelector('${row} .value')).color`);
    expect(await colourOf('tr.stale')).not.toBe(await colourOf('tr.fine:not(.stale)'));
  });

  it('shows a name that looks like a script as it is, and runs no script that stands in a mail', async () => {
    const evil = '<script>alert(1)</script>';
    const server = await startedServer(webParts({ scene: withNames(scene, evil, evil), parts: { siteName: evil } }));
    const { page, complaints } = await opened(`${server.url()}/?lang=en`);
    await page.locator('.customer-table b', { hasText: evil }).first().waitFor();
    await page.locator('.alert-table b', { hasText: evil }).first().waitFor();
    expect(await page.title()).toContain(evil);
    expect(complaints).toEqual([]);
    await page.locator('.mail-table a').first().click();
    await page.waitForURL(/\/mails\//);
    await expect.poll(() => complaints).toEqual([expect.stringContaining('inline script violates')]);
  });

  it('opens a mail as it was sent, with its style', async () => {
    const server = await startedServer(webParts({ scene }));
    const { page, complaints } = await opened(`${server.url()}/?lang=en`);
    const link = page.locator('.mail-table a').first();
    const subject = await link.textContent();
    await link.click();
    await page.waitForURL(/\/mails\//);
    expect(await page.title()).toBe(subject);
    expect(complaints).toEqual([]);
  });

  it('changes the language by its link', async () => {
    const server = await startedServer(webParts({ scene }));
    const { page } = await opened(`${server.url()}/?lang=en`);
    await page.getByText('中文', { exact: true }).click();
    await page.getByRole('heading', { name: '当前告警' }).waitFor();
    await page.getByText('English', { exact: true }).click();
    await page.getByRole('heading', { name: 'Open alerts' }).waitFor();
  });

  it('keeps a distance between no open alert and what is lately over', async () => {
    const server = await startedServer(webParts({ scene, parts: { openAlerts: () => [] } }));
    const { page } = await opened(`${server.url()}/?lang=en`);
    const none = await page.getByText('No open alert.').boundingBox();
    const heading = await page.getByRole('heading', { name: 'Lately over' }).boundingBox();
    if (!none || !heading) throw new Error('not on the page');
    expect(heading.y - (none.y + none.height)).toBeGreaterThanOrEqual(16);
  });

  it('renews itself without losing language and place', async () => {
    let open: readonly Alert[] = [];
    const server = await startedServer(webParts({ scene, parts: { openAlerts: () => open } }));
    const { page, complaints } = await opened(`${server.url()}/?lang=zh-CN`);
    await page.getByText('当前无告警。').waitFor();
    await page.evaluate('window.scrollTo(0, 1500)');
    open = scene.firing.filter(({ rule }) => rule === 'meter_silent');
    await page.clock.fastForward(3_000);
    await page.getByText('当前无告警。').waitFor({ state: 'detached' });
    expect(await page.title()).toBe('(2) Demo city 示范市 · pq-butler');
    expect(await page.locator('h2').first().textContent()).toContain('当前告警');
    expect(await page.evaluate('window.scrollY')).toBe(1500);
    expect(complaints).toEqual([]);
  });

  it('says so when the daemon does not answer, and recovers when it does', async () => {
    const parts = webParts({ scene });
    const server = await startedServer(parts);
    const url = server.url();
    const { page } = await opened(`${url}/?lang=en`);
    const notice = page.getByText('What you see is old: the state as of 2026-03-02 03:12:40.');
    expect(await notice.isVisible()).toBe(false);

    await server.stop();
    await page.clock.fastForward(3_000);
    await notice.waitFor({ state: 'visible' });

    const later: WebParts = { ...parts, options: { ...parts.options, port: Number(new URL(url).port) } };
    await startedServer({ ...later, clock: { now: () => NOW + 60_000 } });
    await page.clock.fastForward(3_000);
    await page.locator('time', { hasText: '03:13:40' }).waitFor();
    expect(await page.locator('.no-answer').isVisible()).toBe(false);
  });

  it('says so when the answer is an error', async () => {
    let broken = false;
    const latest = () => {
      if (broken) throw new Error('broken');
      return scene.latest;
    };
    const server = await startedServer(webParts({ scene, parts: { latest } }));
    const { page } = await opened(`${server.url()}/?lang=en`);
    broken = true;
    await page.clock.fastForward(3_000);
    await page.locator('.no-answer').waitFor({ state: 'visible' });
  });

  it('loads itself anew when a newer daemon brings another style', async () => {
    const server = await startedServer(webParts({ scene }));
    const { page } = await opened(`${server.url()}/?lang=en`);
    await page.evaluate('window.isOld = true');
    await page.route(
      '**/?lang=en',
      async (route) => {
        const response = await route.fetch();
        const body = (await response.text()).replace('<style>', '<style>/* newer */');
        await route.fulfill({ response, body });
      },
      { times: 1 },
    );
    const loaded = page.waitForEvent('load');
    await page.clock.fastForward(3_000);
    await loaded;
    expect(await page.evaluate('window.isOld')).toBeUndefined();
  });
});

/** The scene with two more customers of these names; the first has a voltage dip. */
function withNames(scene: NightScene, ...names: readonly [string, string]): NightScene {
  const added = names.map((name, index) => {
    const id = `x${index}`;
    const point = supplyPoint(`${id}-a`, [meter(`${id}-m1`, id)], { name, substation: name, feeder: name });
    return customer(id, [point], { name, industry: name, accountManager: name });
  });
  const latest = new Map([...scene.latest, ['x0-m1', reading('x0-m1', NOW)], ['x1-m1', reading('x1-m1', NOW)]]);
  const mails = names.map((name, index) => {
    const id = `x${index}`;
    const fixed = { recipient: 'nobody', to: `${name}@grid.example`, text: '', html: `<!doctype html><p>${name}</p>` };
    return { id, dedupeKey: id, subject: name, createdAt: NOW + index, ...fixed };
  });
  return {
    ...scene,
    fleet: fleetOf([...scene.fleet.customers, ...added]),
    latest,
    firing: [...scene.firing, firing('voltage_dip', 'x0-m1')],
    mails: [...scene.mails, ...mails],
  };
}
