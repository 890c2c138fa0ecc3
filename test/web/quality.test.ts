import { expect, it } from 'vitest';
import { z } from 'zod';
import { fleetOf } from '../../src/domain/fleet.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { customer, meter, NOW, reading, supplyPoint } from './fleets.ts';
import { nightScene } from './night-scene.ts';
import { EVENTS, NONE, qualityParts, TODAY, YESTERDAY } from './quality-scene.ts';
import { startedServer, webParts } from './web-server.ts';

const scene = nightScene();

const report = z.strictObject({
  day: z.string(),
  time_zone: z.string(),
  meters: z.array(z.looseObject({ meter: z.string() })),
});

async function textOf(url: string): Promise<string> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return response.text();
}

function started(parts = {}) {
  return startedServer(webParts({ scene, events: EVENTS, parts: { ...qualityParts(scene), ...parts } }));
}

/** The rows of one table of a page by the id of their meter, in the order in which they stand. */
function rowsOf(page: string, table: string): Map<string, string> {
  const [, body = ''] = page.split(`<table class="${table}">`);
  const rows = body.split('</table>')[0]?.split('<tr ').slice(1) ?? [];
  return new Map(rows.map((row) => [/\bc\d\d-m\d\b/.exec(row)?.[0] ?? '', row]));
}

it('counts the readings of every meter today and yesterday, the worst meter first', async () => {
  const server = await started();
  const page = await textOf(`${server.url()}/quality?lang=en`);
  const rows = rowsOf(page, 'counts-table');
  expect(rows.size).toBe(71);
  // No answer, with the fewest sound readings first; in doubt; good, where one of 11,560 is lacking first.
  expect([...rows.keys()].slice(0, 11)).toEqual([
    'c55-m1',
    'c01-m2',
    'c45-m1',
    'c46-m1',
    'c47-m1',
    'c48-m1',
    'c09-m1',
    'c05-m1',
    'c03-m1',
    'c06-m1',
    'c08-m1',
  ]);
  expect(rows.get('c55-m1')).toMatch(
    /no answer.*Reed Shore Hotel.*F08.*modbus-tcp:\/\/10\.20\.0\.64:502.*>0\.0 %.*0 \/ 11,560/s,
  );
  // 4,624 of 11,560 are 40 %.
  expect(rows.get('c03-m1')).toMatch(/in doubt.*>40\.0 %.*yesterday 100\.0 %.*4,624 \/ 11,560.*"Late"><b>17<\/b>/s);
  expect(rows.get('c05-m1')).toContain('data-label="Frozen"><b>10,900</b>');
  // One reading is lacking: nothing is called complete that is not.
  expect(rows.get('c08-m1')).toMatch(/good.*>99\.9 %.*11,559 \/ 11,560.*"Duplicate"><b>3<\/b>/s);
  expect(rows.get('c02-m1')).toMatch(/good.*>100\.0 %/s);
  expect(page).toContain('Readings today <span>2026-03-02</span>');
  expect(page).toContain('<li class="blind"><b>6</b> no answer</li>');
  expect(page).toContain('<li class="warning"><b>4</b> in doubt</li>');
  expect(page).toContain('<li class="fine"><b>61</b> good</li>');
});

it('shows of yesterday what was amiss, and a meter of which nothing was counted without figures', async () => {
  const counts = { ...NONE, expected: 100, received: 97, late: 2 };
  const qualityDays = (day: string) => (day === YESTERDAY ? [{ meter: 'c02-m1', day, counts }] : []);
  const server = await started({ qualityDays });
  const rows = rowsOf(await textOf(`${server.url()}/quality?lang=zh-CN`), 'counts-table');
  expect(rows.get('c02-m1')).toMatch(
    /<b>–<\/b><small>昨日 97\.0 %<\/small>.*昨日 97 \/ 100.*"迟到"><b>0<\/b><small>昨日 2</s,
  );
  expect(rows.get('c07-m1')).not.toContain('%');
});

it('says how each meter answers, what its line carries, and how right its clock is', async () => {
  const server = await started();
  const rows = rowsOf(await textOf(`${server.url()}/quality?lang=en`), 'acquisition-table');
  expect(rows.get('c55-m1')).toMatch(
    /unit 1 did not answer.*no reading yet.*>120<.*120 failed · 11,440 skipped.*>4 %</s,
  );
  expect(rows.get('c45-m1')).toMatch(/connect ETIMEDOUT.*last reading 03:02:59 · 9 min 41 s ago/s);
  // It answers by its own account, and has said nothing for a day.
  expect(rows.get('c01-m2')).toMatch(/no answer.*no new reading.*03-01 00:12 · 1 d 3 h ago/s);
  expect(rows.get('c03-m1')).toMatch(/answers.*11,200.*6,576 failed · 360 skipped.*>97 %</s);
  expect(rows.get('c05-m1')).toContain('1 h 6 min behind');
  expect(rows.get('c06-m1')).toContain('data-label="Clock of the meter">right<');
  const chinese = rowsOf(await textOf(`${server.url()}/quality?lang=zh-CN`), 'acquisition-table');
  expect(chinese.get('c05-m1')).toContain('慢 1 小时 6 分钟');
});

it('names suspect and missing quantities with their reasons, and wiring faults in words', async () => {
  const server = await started();
  const rows = rowsOf(await textOf(`${server.url()}/quality?lang=en`), 'acquisition-table');
  expect(rows.get('c05-m1')).toContain('Suspect, frozen: I L1 12.50 A, I L2 12.25 A<');
  expect(rows.get('c05-m1')).toContain('Suspect, out of range: f 61.00 Hz<');
  expect(rows.get('c06-m1')).toMatch(/Missing, not readable: I N, THD-U L1, .* and 2 more</);
  expect(rows.get('c09-m1')).toMatch(/"Wiring"><b>.*L2.*; .*<\/b>/);
  expect(rows.get('c10-m1')).toContain(
    'cannot say: too little load, too little is measured, or no single fault explains the powers<',
  );
  expect(rows.get('c07-m1')).toMatch(/"Wiring"><span class="none">right<.*>none</);
  const chinese = rowsOf(await textOf(`${server.url()}/quality?lang=zh-CN`), 'acquisition-table');
  expect(chinese.get('c05-m1')).toContain('存疑（数值冻结）：I L1 12.50 A、I L2 12.25 A<');
  expect(chinese.get('c06-m1')).toMatch(/缺失（无法读取）：.*，另有 2 项</);
});

it('says in short why a meter is in doubt, beside counts that may all be nought', async () => {
  const server = await started();
  const why = async (lang: string) => {
    const rows = rowsOf(await textOf(`${server.url()}/quality?lang=${lang}`), 'counts-table');
    return (meter: string) =>
      /<span class="badge [^>]*>[^<]*<\/span>(?:<small>([^<]*)<\/small>)?/.exec(rows.get(meter) ?? '')?.[1];
  };
  const english = await why('en');
  expect(['c09-m1', 'c05-m1', 'c06-m1', 'c03-m1'].map(english)).toEqual([
    'wiring fault',
    'suspect values',
    'missing values',
    'too few readings',
  ]);
  expect(['c02-m1', 'c55-m1'].map(english)).toEqual([undefined, undefined]);
  const chinese = await why('zh-CN');
  expect(['c09-m1', 'c03-m1'].map(chinese)).toEqual(['接线有误', '读数不全']);
});

it('says of a meter whose latest reading is good that too many of today were not', async () => {
  const counts = { ...NONE, expected: 100, received: 99, frozen: 40 };
  const qualityDays = (day: string) => (day === TODAY ? [{ meter: 'c02-m1', day, counts }] : []);
  const server = await started({ qualityDays });
  const rows = rowsOf(await textOf(`${server.url()}/quality?lang=en`), 'counts-table');
  expect(rows.get('c02-m1')).toContain('in doubt</span><small>unsound readings</small>');
});

it('shows the brokers, and no empty table where there are none', async () => {
  const page = await textOf(`${(await started()).url()}/quality?lang=en`);
  const brokers = page.slice(page.indexOf('<h2>Brokers'), page.indexOf('<h2>Acquisition'));
  expect(brokers).toMatch(
    /connected.*substation-east.*1,204,553.*<b>2<\/b>.*not connected.*cloud.*ECONNREFUSED 10\.9\.8\.7:8883/s,
  );
  const without = await textOf(`${(await started({ brokers: () => [] })).url()}/quality?lang=en`);
  expect(without).not.toContain('<h2>Brokers');
});

it('leads from page to page in the same language', async () => {
  const server = await started();
  expect(await textOf(`${server.url()}/?lang=zh-CN`)).toContain('<a href="/quality?lang=zh-CN">数据质量</a>');
  const page = await textOf(`${server.url()}/quality?lang=zh-CN`);
  expect(page).toContain('<a href="/?lang=zh-CN">状态页</a>');
  expect(page).toContain('<a href="/quality?lang=en" lang="en">English</a>');
});

it('marks a doubtful meter on the status page with the reason, and leaves its state alone', async () => {
  const plain = await startedServer(webParts({ scene }));
  const before = await textOf(`${plain.url()}/?lang=en`);
  expect(before).not.toContain('class="doubt"');
  const page = await textOf(`${(await started()).url()}/?lang=en`);
  const counts = (text: string) => text.slice(text.indexOf('<ul class="counts">'), text.indexOf('</ul>'));
  expect(counts(page)).toBe(counts(before));
  const marks = [...page.matchAll(/<a class="doubt" href="([^"]+)" title="([^"]+)">([^<]+)<\/a>/g)];
  expect(marks.map(([, href, , words]) => [href, words])).toEqual([
    ['/quality?lang=en#c05-m1', 'suspect values'],
    ['/quality?lang=en#c06-m1', 'missing values'],
    ['/quality?lang=en#c09-m1', 'wiring fault'],
  ]);
  expect(marks[0]?.[2]).toBe('Suspect, frozen: I L1 12.50 A, I L2 12.25 A\nSuspect, out of range: f 61.00 Hz');
  expect(marks[2]?.[2]).toMatch(/^Wiring: .*L2/);
});

it('shows the events of the meters with their voltage against the nominal one of what the meter sees', async () => {
  const server = await started();
  const page = await textOf(`${server.url()}/?lang=en`);
  const rows = [...rowsOf(page, 'event-table').values()];
  // A 0.38 kV meter with phase voltages: 21.3 V of 220 V.
  expect(rows[0]).toMatch(
    /03:08:40.*Voltage dip.*Elm Pond Hospital.*c27-m1.*L2.*21\.30 V.*9\.7 % of 220\.0 V.*340 ms/s,
  );
  // A 10 kV meter with line voltages alone: 8,120 V of 10 kV; read 48 minutes later.
  expect(rows[1]).toMatch(
    /02:21:40.*late: read at 03:09:40.*entry 4 of 20.*L1, L2.*8\.12 kV.*81\.2 % of 10\.00 kV.*2\.9 s/s,
  );
  expect(rows[2]).toMatch(/03-01 01:12.*Alarm of the meter.*&lt;b&gt;DI 1&lt;\/b&gt;.*North Ridge Fibre/s);
  const chinese = await textOf(`${server.url()}/?lang=zh-CN`);
  expect(chinese).toMatch(/表计记录的事件.*迟报：03:09:40 读取.*10\.00 kV 的 81\.2 %.*2\.9 秒/s);
});

it('shows the ten latest events, and no section without any', async () => {
  const many = Array.from({ length: 14 }, (_, index) => ({
    ...({ meter: 'c01-m1', key: String(index), kind: 'swell', start: NOW - index * 60_000, phases: [] } as const),
    ...{ arrivedAt: NOW, isLate: false, note: `number ${index}` },
  }));
  const server = await startedServer(webParts({ scene, events: many }));
  const page = await textOf(`${server.url()}/?lang=en`);
  expect([...page.matchAll(/number (\d+)/g)].map(([, index]) => Number(index))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const none = await startedServer(webParts({ scene }));
  expect(await textOf(`${none.url()}/?lang=en`)).not.toContain('event-table');
});

it('escapes whatever a meter, a broker or the configuration says', async () => {
  const evil = '<script>alert("1")</script>';
  const point = supplyPoint('p', [meter(evil, evil)], { name: evil });
  const fleet = fleetOf([customer('c', [point], { name: evil })]);
  const doubtful: Reading = { ...reading(evil, NOW), suspect: { frequency: { value: 1, reason: 'frozen' } } };
  const acquisition = new Map([[evil, { answering: false, lastError: evil, polls: 1, failed: 1, skipped: 0 }]]);
  const server = await startedServer(
    webParts({
      scene: { ...scene, fleet, latest: new Map([[evil, doubtful]]) },
      events: [
        { meter: evil, key: evil, kind: 'alarm', start: NOW, phases: [], arrivedAt: NOW, isLate: true, note: evil },
      ],
      parts: {
        siteName: evil,
        acquisition: () => acquisition,
        brokers: () => [{ id: evil, isConnected: false, lastError: evil, received: 0, poison: 0 }],
      },
    }),
  );
  for (const path of ['/', '/quality']) {
    const page = await textOf(`${server.url()}${path}`);
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
    expect(page).not.toContain('<script>alert');
  }
});

it('tells other programs the counts of today, or of the day that they name', async () => {
  const server = await started();
  const asked = async (query: string) =>
    report.parse(await (await fetch(`${server.url()}/api/quality${query}`)).json());
  const today = await asked('');
  expect(today).toMatchObject({ day: TODAY, time_zone: 'Asia/Shanghai' });
  expect(today.meters).toHaveLength(71);
  expect(today.meters.slice(0, 3).map(({ meter }) => meter)).toEqual(['c55-m1', 'c09-m1', 'c05-m1']);
  expect(today.meters[3]).toEqual({
    ...{ meter: 'c03-m1', customer: 'c03', supply_point: 'c03-a', line: 'modbus-tcp://10.20.0.12:502' },
    ...{ completeness: 0.4, expected: 11_560, received: 4_624, ...NONE, late: 17 },
  });
  expect(await asked(`?day=${TODAY}`)).toEqual(today);
  expect((await asked(`?day=${YESTERDAY}`)).meters[0]).toMatchObject({ expected: 86_400, completeness: 1 });
  expect(await asked('?day=2020-02-29')).toEqual({ day: '2020-02-29', time_zone: 'Asia/Shanghai', meters: [] });
});

it('keeps the counts of a meter that is configured no more, and knows no completeness of nothing', async () => {
  const counts = { ...NONE, expected: 0, received: 0 };
  const server = await started({ qualityDays: (day: string) => [{ meter: 'gone', day, counts }] });
  const { meters } = report.parse(await (await fetch(`${server.url()}/api/quality`)).json());
  expect(meters).toEqual([
    { meter: 'gone', customer: null, supply_point: null, line: null, completeness: null, ...counts },
  ]);
});

it.each(['2026-02-30', 'today', '', '2026-3-1', '<b>', `${TODAY}&day=${TODAY}`])('refuses the day %s', async (day) => {
  const server = await started();
  const response = await fetch(`${server.url()}/api/quality?day=${day}`);
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ error: "day: expected one calendar day such as '2026-03-01'" });
});
