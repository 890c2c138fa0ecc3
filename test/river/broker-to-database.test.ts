import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { MailCatcher } from '../../simulators/mail-catcher.ts';
import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { startInfluxd } from '../servers/influxd.ts';
import { Mosquitto } from '../servers/mosquitto.ts';
import { describeWith } from '../servers/require-server.ts';
import { customer, install, newFolder } from './installation.ts';

describeWith('influxd', 'from a broker to the database', (influxdPath) => {
  describeWith('mosquitto', 'with a real mosquitto', (mosquittoPath) => {
    it('a message becomes one point in InfluxDB, and an overload in it becomes a mail', async () => {
      const influxd = await startInfluxd(influxdPath);
      onTestFinished(() => influxd.remove());
      const broker = new Mosquitto(mosquittoPath);
      await broker.start();
      onTestFinished(() => broker.remove());
      const folder = newFolder();
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const mail = new MailCatcher({ folder: join(folder, 'mails') });
      await mail.start();
      onTestFinished(() => mail.stop());

      const configFile = install(folder, mail.port, {
        store: { kind: 'influx', influx: { url: influxd.url, database: 'pq' } },
        mqtt: { brokers: [{ id: 'main', url: broker.url, client_id: 'river' }] },
        rules: { overload: { judged_on: 'reading', open_after: '0s' } },
        customers: [
          customer('c1', '北岭数据中心', 'chen', 10, {
            model: 'plain-json',
            connection: 'mqtt://main/site/c1',
            pt_ratio: 100,
          }),
        ],
      });
      const loaded = loadConfig(configFile, {});
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
      const app = new App(loaded.config, systemClock, pino({ level: 'silent' }));
      await app.start();
      onTestFinished(() => app.stop());

      const publisher = await connectAsync(broker.url);
      onTestFinished(() => publisher.endAsync());
      const time = Date.now();
      // Secondary volts of a 10 kV / 100 V transformer; 800 kVA of contract, so 900 kVA are 112.5 %.
      const payload = {
        time: new Date(time).toISOString(),
        voltage_l1_l2: 101.5,
        apparent_power_total: 9_000,
        frequency: 50.02,
      };
      await publisher.publishAsync('site/c1', JSON.stringify(payload), { qos: 1 });

      await vi.waitFor(() => expect(mail.mails).toHaveLength(2), 15_000);
      const toManager = mail.mails.find(({ to }) => to.includes('chen@grid.example'));
      expect(toManager?.subject).toBe('【提醒】北岭数据中心：负荷超过合同容量');
      expect(toManager?.text).toContain('113 %');

      const columns = 'time, customer, supply_point, meter, voltage_l1_l2, apparent_power_total, frequency';
      const points = await vi.waitFor(async () => {
        const found = await influxd.ask(`SELECT ${columns.replace('time, ', '')} FROM pq.readings.reading`);
        expect(found.values).toHaveLength(1);
        return found;
      }, 15_000);
      expect(points.columns.join(', ')).toBe(columns);
      expect(points.values).toEqual([[time, 'c1', 'c1-point', 'c1-meter', 10_150, 900_000, 50.02]]);
    });
  });
});
