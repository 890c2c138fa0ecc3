import { describe, expect, it } from 'vitest';
import { filledPath, finderOf, parsePath } from '../../../src/meters/mqtt/json-path.ts';

const MESSAGE = {
  a: { b: 1, 'x.y': 2, 'c:0': 3 },
  list: [10, 20],
  scalar: 5,
  nothing: null,
  tags: [
    { name: 'Ua', value: 220 },
    { name: 'Ub', type: 'AI', value: 221 },
    { name: 'Ub', type: 'DI', value: 1 },
    { name: 7, value: 8 },
    { name: 'a]b,c', value: 9 },
  ],
};

function found(text: string): unknown {
  const path = parsePath(text);
  if (!path) throw new Error(`no path: ${text}`);
  return finderOf([path])(MESSAGE);
}

describe('a JSON path', () => {
  it.each([
    ['', MESSAGE],
    ['a.b', 1],
    ['a."x.y"', 2],
    ['a.c:0', 3],
    ['list[1]', 20],
    ['list[2]', undefined],
    ['scalar[0]', 5],
    ['scalar[1]', undefined],
    ['nothing', null],
    ['nothing[0]', undefined],
    ['nothing.a', undefined],
    ['list[*]', [10, 20]],
    ['tags[*].value', [220, 221, 1, 8, 9]],
    ['a[b,c:0]', [1, 3]],
    ['[nothing, scalar]', [null, 5]],
    ['a[b,c]', undefined],
    ['a[b,toString]', undefined],
    ['list[a,b]', undefined],
    ['tags[name=Ua].value', 220],
    ['tags[name=Ub, type=DI].value', 1],
    ['tags[name=7].value', 8],
    ['tags[name="a]b,c"].value', 9],
    ['tags[name=Uc].value', undefined],
    ['tags[toString=x].value', undefined],
    ['a.toString', undefined],
    ['__proto__.b', undefined],
    ['a[name=Ua]', undefined],
  ])('%j', (path, expected) => {
    expect(found(path)).toEqual(expected);
  });

  it.each(['.a', 'a.', 'a..b', 'a[', 'a[]', 'a[x]', 'a]', '"a', 'a[0]b', 'a.[0]', 'a[b,]', 'a[,b]', 'a[b,c=d]'])(
    'is not %j',
    (text) => {
      expect(parsePath(text)).toBeUndefined();
    },
  );

  it('takes the first of several that is there, a null counting as such', () => {
    const paths = ['b', 'nothing', 'scalar'].map((text) => parsePath(text) ?? []);
    expect(finderOf(paths)(MESSAGE)).toBeNull();
    expect(finderOf(paths.slice(0, 1))(MESSAGE)).toBeUndefined();
  });

  it('may have placeholders, whose values are texts and no paths', () => {
    const path = parsePath('{device}.tags[name={tag}]') ?? [];
    expect(filledPath(path, new Map([['device', 'A.1[0]']]))).toBeUndefined();
    expect(
      filledPath(
        path,
        new Map([
          ['device', 'A.1[0]'],
          ['tag', '{device}'],
        ]),
      ),
    ).toEqual([
      { kind: 'key', key: 'A.1[0]' },
      { kind: 'key', key: 'tags' },
      { kind: 'match', pairs: [['name', '{device}']] },
    ]);
  });
});
