import { z } from 'zod';
import type { ApplicationConfig } from '../model/config.ts';
import { suggest } from './suggest.ts';

const placeholders = ['environment', 'application'] as const;

/** What is wrong with an application's path; `null` when it is sound. */
export function pathFault(
  path: string,
): { readonly message: string; readonly suggestion?: string | null } | null {
  if (path === '') return { message: 'is empty; write "." for the whole repository' };
  if (/\p{Cc}/u.test(path)) return { message: 'holds a control character' };
  if (path.startsWith('/')) {
    return {
      message: 'must be relative to the root of the repository',
      suggestion: path.replace(/^\/+/, '') || '.',
    };
  }
  if (path.includes('\\'))
    return { message: 'must use / between folders', suggestion: path.replaceAll('\\', '/') };
  if (path.split('/').includes('..')) return { message: 'must not leave the repository with ".."' };
  for (const [, word = ''] of path.matchAll(/\{([^{}]*)\}/g)) {
    if (!placeholders.some((one) => one === word)) {
      const meant = suggest(word, placeholders);
      return {
        message: `has the unknown placeholder {${word}}`,
        suggestion: meant === null ? null : path.replace(`{${word}}`, `{${meant}}`),
      };
    }
  }
  if (/[{}]/.test(path.replaceAll(/\{[^{}]*\}/g, ''))) return { message: 'has a single brace' };
  return null;
}

/** A folder in a source, `{environment}` and `{application}` allowed. Gives it without `.` parts and outer slashes. */
export const applicationPathSchema = z
  .string()
  .check((context) => {
    const fault = pathFault(context.value);
    if (fault === null) return;
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: fault.message,
      params: {
        allowed: 'a folder such as "apps/web" or "apps/web/{environment}"',
        suggestion: fault.suggestion ?? null,
      },
    });
  })
  .transform((path) =>
    path
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/'),
  );

/** The folder that an application is rendered from in one environment. */
export function applicationPath(
  application: Pick<ApplicationConfig, 'path'>,
  environment: string,
): string {
  return application.path.replaceAll('{environment}', environment);
}
