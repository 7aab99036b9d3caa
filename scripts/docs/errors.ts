import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { unexpected } from '../../src/model/error.ts';
import type { ErrorDefinition, ErrorFactory } from '../../src/model/error.ts';
import { generated } from './markdown.ts';

const source = join(import.meta.dirname, '../../src');

/** Every error that is declared in an `errors.ts`, by code. @throws Error for a code that is declared twice */
export async function errorDefinitions(): Promise<readonly ErrorDefinition[]> {
  const found = new Map<string, ErrorDefinition>([
    [unexpected.definition.code, unexpected.definition],
  ]);
  for (const file of globSync('**/errors.ts', { cwd: source }).toSorted()) {
    const exported = (await import(pathToFileURL(join(source, file)).href)) as Readonly<
      Record<string, unknown>
    >;
    for (const value of Object.values(exported)) {
      if (!isFactory(value)) continue;
      const { definition } = value;
      const other = found.get(definition.code);
      if (other !== undefined && other !== definition)
        throw new Error(`${definition.code} is declared twice (again in ${file})`);
      found.set(definition.code, definition);
    }
  }
  return [...found.values()].toSorted((left, right) => (left.code < right.code ? -1 : 1));
}

function isFactory(value: unknown): value is ErrorFactory {
  return typeof value === 'function' && 'definition' in value;
}

const classMeanings: Readonly<Record<ErrorDefinition['class'], string>> = {
  input: 'what was given is wrong; the same fails again',
  denied: 'refused by policy, permission or a person',
  conflict: 'somebody else changed or holds it; plan again',
  transient: 'may pass by itself; tried again',
  bug: 'an invariant of Fairlead broke; please report it',
  'unknown-outcome': 'sent, but the result was not seen; read again before acting',
};

/** `docs/reference/errors.md`: what each code means and what to do. */
export async function errorReference(): Promise<string> {
  const definitions = await errorDefinitions();
  const domains = Map.groupBy(definitions, (definition) => definition.code.split('.')[0] ?? '');
  return [
    '# Errors',
    generated('all `errors.ts` in `src`'),
    'Every error has a code that never changes, a class that decides whether it is tried again, and a hint. The code stands below each error on the command line and in `code` of JSON output; the exit code is what a command ends with that fails with it.',
    Object.entries(classMeanings)
      .map(([name, meaning]) => `- \`${name}\`: ${meaning}`)
      .join('\n'),
    'An error *of the place* says nothing against what was wanted: a right is missing, a quota is used up, a namespace is not there. It is tried again by itself, slower and slower, whatever its class, and never makes a commit count as bad.',
    ...[...domains].flatMap(([domain, members]) => [
      `## ${domain}`,
      ...members.map((one) =>
        [
          `### ${one.code}`,
          `${one.title}. Class \`${one.class}\`${one.ofPlace === true ? ' (of the place)' : ''}, exit code ${exitCodeOf(one)}.`,
          one.hint,
        ].join('\n\n'),
      ),
    ]),
  ].join('\n\n');
}
