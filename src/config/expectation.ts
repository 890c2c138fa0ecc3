import { z } from 'zod';

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};

const FORMATS: Readonly<Record<string, string>> = {
  email: 'an e-mail address',
  url: 'a URL',
};

/** What a schema wanted, in the words of these messages; a schema with words of its own keeps them. */
export function expectation(issue: z.core.$ZodRawIssue): string {
  return `expected ${wanted(issue)}`;
}

function wanted(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_format':
      return FORMATS[issue.format] ?? `text of the form ${issue.pattern ?? issue.format}`;
    case 'invalid_union':
      return alternatives(issue);
    case 'unrecognized_keys':
      return issue.inst instanceof z.ZodObject ? oneOf(Object.keys(issue.inst.shape)) : 'other keys';
    default:
      return 'something else';
  }
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'string') return limit === 1 ? 'some text' : `${relation} ${limit} characters`;
  if (origin === 'array') return `${relation} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `${relation} ${limit}`;
}

function oneOf(values: readonly unknown[]): string {
  const list = values.map(String).join(', ');
  return values.length === 1 ? list : `one of ${list}`;
}

function alternatives(issue: Extract<z.core.$ZodRawIssue, { code: 'invalid_union' }>): string {
  if ('options' in issue && Array.isArray(issue.options)) return oneOf(issue.options);
  const messages = issue.errors.flatMap(([first]) => (first ? [first.message.replace(/^expected /, '')] : []));
  return [...new Set(messages)].join(' or ');
}
