import { z } from 'zod';

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const allowed =
  'up to 63 lower-case letters, digits and dashes, with a letter or digit at both ends';

/**
 * Name of a document: it becomes part of file names, digests, URLs and tables, so it is a DNS label.
 * Rule: RFC 1123 §2.1 as Kubernetes reads it.
 */
export function documentName(description: string) {
  return z
    .string({
      error: ({ input }) =>
        typeof input === 'number' || typeof input === 'boolean'
          ? `must be text: put it in quotes ("${input}")`
          : undefined,
    })
    .check((context) => {
      if (isDocumentName(context.value)) return;
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: 'is not a valid name',
        params: { allowed, suggestion: nearestName(context.value) },
      });
    })
    .meta({ description, pattern: label.source, maxLength: 63 });
}

/** Whether a document may have this name: a DNS label (RFC 1123), 63 characters at most. */
export function isDocumentName(text: string): boolean {
  return text.length <= 63 && label.test(text);
}

/** A valid name that looks like the given text; `null` when nothing is left of it. */
export function nearestName(text: string): string | null {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  return name === '' || name === text ? null : name;
}
