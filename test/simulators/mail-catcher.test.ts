import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createTransport } from 'nodemailer';
import { expect, onTestFinished, test } from 'vitest';
import { type CaughtMail, MailCatcher } from '../../simulators/mail-catcher.ts';

test('keeps each mail as a file and tells who it was for', async () => {
  const { catcher, folder, told } = await running();
  const transport = createTransport({ host: '127.0.0.1', port: catcher.port });
  onTestFinished(() => transport.close());
  const subject = '【告警】岚石医院：L1 电压暂降至 80 %（/值班）';
  await transport.sendMail({
    from: 'pq-butler <butler@grid.example>',
    to: 'manager-1@grid.example, duty@grid.example',
    subject,
    text: '请致电客户。',
  });
  await transport.sendMail({ from: 'butler@grid.example', to: 'engineer@grid.example', subject: 'Dip', text: 'L1' });

  expect(told).toEqual(catcher.mails);
  expect(catcher.mails[0]).toMatchObject({
    from: 'butler@grid.example',
    to: ['manager-1@grid.example', 'duty@grid.example'],
    subject,
    text: expect.stringContaining('请致电客户。'),
  });
  const files = (await readdir(folder)).sort();
  expect(files).toEqual(catcher.mails.map((mail) => basename(mail.file)));
  expect(files[0]).toMatch(/^0001-manager-1-告警-岚石医院-L1-电压暂降至-80-值班\.eml$/);
  expect(files[1]).toMatch(/^0002-engineer-Dip\.eml$/);
  expect(await readFile(join(folder, files[0] ?? ''), 'utf8')).toMatch(/^From: "pq-butler" <butler@grid\.example>/);
});

test('offers neither TLS nor a login, and takes mail without both', async () => {
  const { catcher } = await running();
  const demanding = createTransport({ host: '127.0.0.1', port: catcher.port, requireTLS: true });
  onTestFinished(() => demanding.close());
  await expect(demanding.sendMail({ from: 'a@grid.example', to: 'b@grid.example', text: '' })).rejects.toThrow(
    /STARTTLS|TLS/,
  );
  expect(catcher.mails).toEqual([]);
});

async function running() {
  const folder = await mkdtemp(join(tmpdir(), 'mail-catcher-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const told: CaughtMail[] = [];
  const catcher = new MailCatcher({ folder, onMail: (mail) => told.push(mail) });
  await catcher.start();
  onTestFinished(() => catcher.stop());
  return { catcher, folder, told };
}
