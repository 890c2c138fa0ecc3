import { expect, it } from 'vitest';
import { mailOptions } from '../../src/notify/options.ts';

const sender = (from: string) => mailOptions.safeParse({ host: 'mail.example', from });

it.each([
  'butler@grid.example',
  'pq-butler <butler@grid.example>',
  '供电质量管家 <butler@grid.example>',
  '"Butler, East" <butler@grid.example>',
  '<butler@grid.example>',
])('takes the sender %s', (from) => {
  expect(sender(from).data?.from).toBe(from);
});

it.each([
  'abc',
  'Butler',
  '@grid.example',
  'butler@',
  'Butler, East <butler@grid.example>',
  'Butler <butler@grid.example> and more',
  'Butler <abc>',
])('refuses the sender %s', (from) => {
  expect(sender(from).success).toBe(false);
});
