const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;

/** What was expected in place of what is no number: with a decimal comma it is a text. The error of a schema of zod. */
export function numberExpected({ input }: { readonly input?: unknown }): string {
  return typeof input === 'string' && DECIMAL_COMMA.test(input) ? pointExpected(input) : 'expected a number';
}

/** '0,1' → that it should be 0.1. */
export function pointExpected(found: string): string {
  return `expected a number with a decimal point (${found.replace(',', '.')}), found ${found}`;
}
