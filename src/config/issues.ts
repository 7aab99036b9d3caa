import type { z } from 'zod';
import { invalidValue, missingField, unknownField } from './errors.ts';
import { fieldsAt } from './json-schema.ts';
import type { Kind } from './kinds/kind.ts';
import type { Finding } from './problem.ts';
import { showPath } from './problem.ts';
import { suggest } from './suggest.ts';

type Path = readonly (string | number)[];

/** Our own words for what zod finds, with what stands there and what may. A misspelt field is not missing as well. */
export function toFindings(
  kind: Kind,
  document: unknown,
  issues: readonly z.core.$ZodIssue[],
): readonly Finding[] {
  const findings = issues.flatMap((issue) =>
    toFinding(kind, document, issue).map((finding) => ({ issue, finding })),
  );
  const meant = findings.flatMap(({ finding: { path, suggestion, definition } }) =>
    definition === unknownField && suggestion != null
      ? [showPath([...path.slice(0, -1), suggestion])]
      : [],
  );
  return findings
    .filter(
      ({ issue }) => !fieldsMissing(issue, document).some((path) => meant.includes(showPath(path))),
    )
    .map(({ finding }) => finding);
}

/** Fields that an issue finds missing, each of which would do. */
export function fieldsMissing(issue: z.core.$ZodIssue, document: unknown): readonly Path[] {
  const path = pathOf(issue);
  const params = 'params' in issue ? ((issue.params ?? {}) as Record<string, unknown>) : {};
  const { needed } = params;
  if (Array.isArray(needed)) {
    const value = valueAt(document, path);
    const isGiven = needed.some((key) => valueAt(value, [String(key)]) !== undefined);
    return isGiven ? [] : needed.map((key) => [...path, String(key)]);
  }
  return issue.code !== 'unrecognized_keys' && valueAt(document, path) === undefined ? [path] : [];
}

function pathOf(issue: z.core.$ZodIssue): Path {
  return issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
}

/** One issue may name several fields. */
function toFinding(kind: Kind, document: unknown, issue: z.core.$ZodIssue): readonly Finding[] {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((field) => unknown(kind, path, field));
  }
  const value = valueAt(document, path);
  const where = showPath(path);
  if (value === undefined) {
    return [
      {
        definition: missingField,
        path,
        message: `${where} is missing`,
        found: null,
        allowed: allowedBy(issue),
      },
    ];
  }
  const params = 'params' in issue ? ((issue.params ?? {}) as Record<string, unknown>) : {};
  const allowed = text(params['allowed']) ?? allowedBy(issue);
  return [
    {
      definition: invalidValue,
      path,
      message: `${where} ${statement(issue)}`,
      found: text(params['found']) ?? show(value),
      allowed,
      suggestion: text(params['suggestion']) ?? nearest(issue, value),
    },
  ];
}

function unknown(kind: Kind, path: Path, field: string): Finding {
  const fields = fieldsAt(kind, path);
  const explained = kind.explainUnknownField(path, field);
  const where = path.length === 0 ? `a ${kind.kind}` : showPath(path);
  return {
    definition: unknownField,
    path: [...path, field],
    atKey: true,
    message: explained ?? `${where} has no field "${shorten(field)}"`,
    found: shorten(field),
    allowed: fields.length === 0 ? null : fields.join(', '),
    suggestion: explained === null ? suggest(field, fields) : null,
  };
}

/** The rest of a sentence that begins with the field. */
function statement(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return 'has a value that is not allowed';
    case 'invalid_type':
      // Our schemas word the cases that need advice; zod's own words all begin with "Invalid input".
      return issue.message.startsWith('Invalid input')
        ? `must be ${typeWords(issue.expected)}`
        : issue.message;
    default:
      return issue.message;
  }
}

function allowedBy(issue: z.core.$ZodIssue): string | null {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map(String).join(', ');
    case 'invalid_type':
      return typeWords(issue.expected);
    default:
      return null;
  }
}

function nearest(issue: z.core.$ZodIssue, value: unknown): string | null {
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    return suggest(value, issue.values.map(String));
  }
  // A single name where a list belongs is the commonest of all mistakes.
  if (issue.code === 'invalid_type' && issue.expected === 'array' && typeof value === 'string') {
    return `[${shorten(value)}]`;
  }
  if (issue.code === 'invalid_type' && issue.expected === 'boolean' && typeof value === 'string') {
    if (/^(?:yes|on|y)$/i.test(value)) return 'true';
    if (/^(?:no|off|n)$/i.test(value)) return 'false';
  }
  return null;
}

/** What zod calls a type, in words. */
export function typeWords(expected: string): string {
  const names: Record<string, string> = {
    string: 'text',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping of fields',
    record: 'a mapping of fields',
  };
  return names[expected] ?? expected;
}

/** What stands at a place of a document; `undefined`: nothing. */
export function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A value in one short line. Mappings and lists are only named: what they hold may not be for logs. */
export function show(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value;
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
