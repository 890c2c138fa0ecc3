import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { fleetOf } from '../../src/domain/fleet.ts';
import type { AcquisitionStatus } from '../../src/web/acquisition-status.ts';
import { describeWith } from '../servers/require-server.ts';
import { launchChromium } from './chromium.ts';
import { customer, meter, NOW, reading, supplyPoint } from './fleets.ts';
import { nightScene } from './night-scene.ts';
import { EVENTS, qualityParts } from './quality-scene.ts';
import { startedServer, webParts } from './web-server.ts';

const WIDE = { width: 1440, height: 900 };
const TABLET = { width: 800, height: 1_100 };
const PHONE = { width: 400, height: 860 };

const TABLES_TOO_WIDE = `[...document.querySelectorAll('table')]
  .filter((table) => table.scrollWidth > table.parentElement.clientWidth)
  .map((table) => table.className)`;

describeWith('chromium', 'data quality in a browser', (path) => {
  const scene = nightScene();
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium(path);
  });
  afterAll(() => browser?.close());

  /** A page whose time stands still until it is moved, and what it complained about. */
  async function opened(url: string, viewport = WIDE): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport });
    onTestFinished(() => page.close());
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.clock.install();
    await page.goto(url);
    return { page, complaints };
  }

  it.each([WIDE, TABLET, PHONE])(
    'fits into $width pixels in both languages, with names and errors however long',
    async (viewport) => {
      const long = 'Vereinigte'.repeat(12);
      const added = customer('x', [supplyPoint('x-a', [meter(long, long)], { name: long })], {
        name: '钢铁'.repeat(40),
      });
      const fleet = fleetOf([...scene.fleet.customers, added]);
      const parts = qualityParts({ ...scene, fleet });
      const failing: AcquisitionStatus = { answering: false, lastError: long, polls: 1e9, failed: 1e9, skipped: 1e9 };
      const doubtful = {
        ...reading(long, NOW),
        suspect: { energy_active_import: { value: 1e15, reason: 'frozen' } },
      } as const;
      const server = await startedServer(
        webParts({
          scene: { ...scene, fleet },
          events: [
            ...EVENTS,
            {
              ...{ meter: long, key: '1', kind: 'alarm', start: NOW, phases: ['L1'] },
              ...{ arrivedAt: NOW, isLate: true, note: long },
            } as const,
          ],
          parts: {
            ...parts,
            latest: () => new Map([...scene.latest, [long, doubtful]]),
            acquisition: () => new Map([...(parts.acquisition?.() ?? []), [long, failing]]),
            brokers: () => [{ id: long, isConnected: false, lastError: long, received: 1e12, poison: 1e12 }],
          },
        }),
      );
      for (const address of ['/quality?lang=en', '/quality?lang=zh-CN', '/?lang=en', '/?lang=zh-CN']) {
        const { page, complaints } = await opened(`${server.url()}${address}`, viewport);
        expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(
          0,
        );
        expect(await page.evaluate(TABLES_TOO_WIDE)).toEqual([]);
        expect(complaints).toEqual([]);
      }
    },
  );

  it('says every state in a word that can be seen, wide and narrow', async () => {
    const parts = qualityParts(scene);
    const acquisition = () => new Map([...(parts.acquisition?.() ?? [])].filter(([id]) => id !== 'c55-m1'));
    const server = await startedServer(webParts({ scene, parts: { ...parts, acquisition } }));
    for (const viewport of [WIDE, PHONE]) {
      const { page } = await opened(`${server.url()}/quality?lang=en`, viewport);
      for (const word of ['no answer', 'in doubt', 'waiting', 'good']) {
        await page.locator('.counts-table .badge', { hasText: word }).first().waitFor({ state: 'visible' });
      }
      expect(await page.locator('.acquisition-table tbody tr').count()).toBe(71);
    }
  });

  it('leads from the mark of a meter to the reason, and back', async () => {
    const server = await startedServer(webParts({ scene, parts: qualityParts(scene) }));
    const { page, complaints } = await opened(`${server.url()}/?lang=en`);
    await page.getByText('wiring fault').click();
    await page.waitForURL(/\/quality\?lang=en#c09-m1$/);
    const target = page.locator('tr:has(:target)');
    await expect.poll(() => target.textContent()).toContain('North Ridge Fibre');
    expect(await page.evaluate(`document.querySelector(':target').getBoundingClientRect().top < innerHeight`)).toBe(
      true,
    );
    await page.getByText('Status page', { exact: true }).click();
    await page.getByRole('heading', { name: 'Open alerts' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('renews itself when a meter falls silent, without losing the language', async () => {
    const parts = qualityParts(scene);
    let silent: readonly string[] = [];
    const acquisition = () => {
      const statuses = new Map(parts.acquisition?.());
      for (const id of silent) {
        statuses.set(id, { answering: false, lastError: 'cut off', polls: 9, failed: 9, skipped: 0 });
      }
      return statuses;
    };
    const server = await startedServer(webParts({ scene, parts: { ...parts, acquisition } }));
    const { page, complaints } = await opened(`${server.url()}/quality?lang=zh-CN`);
    await page.locator('.counts .blind', { hasText: '6 无应答' }).waitFor();
    silent = ['c02-m1'];
    await page.clock.fastForward(3_000);
    await page.locator('.counts .blind', { hasText: '7 无应答' }).waitFor();
    await page.locator('.acquisition-table .blind', { hasText: 'cut off' }).waitFor();
    expect(await page.locator('h2').first().textContent()).toContain('今日读数');
    expect(complaints).toEqual([]);
  });
});
