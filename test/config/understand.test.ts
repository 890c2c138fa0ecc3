import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { understand } from '../../src/config/understand.ts';
import { readYaml } from '../../src/config/yaml-source.ts';
import { ConfigFolder } from './config-folder.ts';

function read(schema: z.ZodType, yaml: string) {
  const { data, origin } = readYaml(new ConfigFolder({ 'a.yaml': yaml }).file('a.yaml'), {});
  const { value, problems } = understand(schema, data, origin);
  return { value, problems: problems.map(({ line, path, message }) => `${line} ${path}: ${message}`) };
}

describe('data read by a schema', () => {
  it('never shows a password, whatever is wrong with it', () => {
    const schema = z.strictObject({ password: z.string().min(20), pin: z.string().min(20) });

    expect(read(schema, 'password: hunter2\npin: short\n').problems).toEqual([
      '1 password: expected at least 20 characters, found a value that is not shown',
      '2 pin: expected at least 20 characters, found "short"',
    ]);
  });

  it('shortens what was found', () => {
    const [problem] = read(z.strictObject({ a: z.number() }), `a: ${'x'.repeat(500)}\n`).problems;

    expect(problem).toBe(`1 a: expected a number, found "${'x'.repeat(60)}..."`);
  });

  it('takes each scalar for what the schema expects', () => {
    const schema = z.strictObject({ text: z.string(), number: z.number(), int: z.int(), flag: z.boolean() });

    const { value } = read(schema, 'text: 0x10\nnumber: "-1.5"\nint: "2"\nflag: "false"\n');

    expect(value).toEqual({ text: '0x10', number: -1.5, int: 2, flag: false });
  });

  it('says which alternatives there are', () => {
    const schema = z.strictObject({ a: z.union([z.number(), z.literal('auto'), z.boolean()]) });

    expect(read(schema, 'a: x\n').problems).toEqual(['1 a: expected a number or auto or true or false, found "x"']);
  });

  it('keeps the words of a schema that has its own', () => {
    const schema = z.strictObject({
      a: z.string().refine((text) => text === 'x', { error: 'expected x' }),
      b: z.string().refine(() => false, { error: 'expected y, found z' }),
    });

    expect(read(schema, 'a: y\nb: q\n').problems).toEqual(['1 a: expected x, found "y"', '2 b: expected y, found z']);
  });

  it('leaves what it was given as it was', () => {
    const data = { port: '8080' };
    const { origin } = readYaml(new ConfigFolder({ 'a.yaml': 'port: 8080' }).file('a.yaml'), {});

    expect(understand(z.strictObject({ port: z.number() }), data, origin).value).toEqual({ port: 8080 });
    expect(data).toEqual({ port: '8080' });
  });
});
