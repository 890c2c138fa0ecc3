import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeHtml } from '../../src/lib/escape-html.ts';

it('leaves nothing that could open a tag, an entity or an attribute', () => {
  expect(escapeHtml(`<b class="x">Steel & 'Sons'</b>`)).toBe(
    '&lt;b class=&quot;x&quot;&gt;Steel &amp; &#39;Sons&#39;&lt;/b&gt;',
  );
  expect(escapeHtml('&amp; 北岭钢铁')).toBe('&amp;amp; 北岭钢铁');
});

it('loses nothing: read back it is the same text', () => {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };
  const text = fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'a', ';', '#', '39', 'amp', '相') });
  fc.assert(
    fc.property(text, (original) => {
      const escaped = escapeHtml(original);
      expect(escaped).not.toMatch(/[<>"']/);
      expect(escaped.replace(/&(lt|gt|amp|quot|#39);/g, (_all, name) => entities[name] ?? '?')).toBe(original);
    }),
  );
});
