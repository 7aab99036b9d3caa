import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ApplicationView } from '../../control/api.ts';
import { createControlClient } from '../../control/client.ts';
import { shortDigest } from '../../model/digest.ts';
import { findCheckout } from '../checkout.ts';
import type { Context } from '../context.ts';
import { defaultStateDir, socketPathOf } from '../../state/location.ts';
import type { NameKind, Proposal } from './candidates.ts';

/** A person waits for every key: what does not come by then is not proposed. */
const patienceMs = 80;

/** Names as the controller has them, else as the checkout's files do. Empty where neither tells in time. */
export async function liveNames(
  context: Context,
  words: readonly string[],
  kind: NameKind,
): Promise<readonly Proposal[]> {
  const fromServer = await serverNames(context, words, kind).catch(() => null);
  if (fromServer !== null) return fromServer;
  return checkoutNames(valueOf(words, ['-C', '--directory']) ?? context.io.cwd, kind).catch(
    () => [],
  );
}

async function serverNames(
  context: Context,
  words: readonly string[],
  kind: NameKind,
): Promise<readonly Proposal[]> {
  const { env } = context.io;
  const stateDir =
    valueOf(words, ['--state-dir']) ?? context.globals.stateDir ?? defaultStateDir(env);
  const socketPath = socketPathOf(resolve(context.io.cwd, stateDir), env);
  const api = createControlClient({ socketPath, signal: AbortSignal.timeout(patienceMs) });
  if (kind === 'source') {
    const { sources } = await api.status();
    return sources.map((source) => ({
      value: source.name || 'repository',
      description: source.url,
    }));
  }
  return ofApplications(await api.applications(), kind);
}

function ofApplications(
  views: readonly ApplicationView[],
  kind: Exclude<NameKind, 'source'>,
): readonly Proposal[] {
  switch (kind) {
    case 'application':
      return views.map((view) => ({
        value: `${view.application}@${view.environment}`,
        description: `${view.sync}, ${view.health.status}`,
      }));
    case 'environment':
      return unique(views.map((view) => view.environment));
    case 'digest':
      return views.flatMap((view) =>
        view.waiting === null
          ? []
          : [
              {
                value: shortDigest(view.waiting.digest),
                description: `${view.application}@${view.environment}`,
              },
            ],
      );
  }
}

/** Reads names from the files without checking them: a file that is being written must not end completion. */
async function checkoutNames(folder: string, kind: NameKind): Promise<readonly Proposal[]> {
  const top = await findCheckout(folder);
  if (top === null || kind === 'digest') return [];
  const { parseAllDocuments } = await import('yaml');
  const inFolder = await readdir(join(top, 'fairlead')).catch((): string[] => []);
  const files = ['fairlead.yaml', 'fairlead.yml', ...inFolder.map((name) => `fairlead/${name}`)];
  const documents: unknown[] = [];
  for (const file of files.filter((name) => /\.ya?ml$/.test(name))) {
    const text = await readFile(join(top, file), 'utf8').catch(() => '');
    if (text.length > 1_000_000) continue;
    documents.push(
      ...[...parseAllDocuments(text)].map((one): unknown =>
        'toJS' in one ? one.toJS({ maxAliasCount: 20 }) : null,
      ),
    );
  }
  const wanted = { application: 'Application', environment: 'Environment', source: 'Source' }[kind];
  return unique(documents.flatMap((document) => namesIn(document, wanted)));
}

function namesIn(document: unknown, kind: string): readonly string[] {
  const { kind: found, metadata, spec } = record(document);
  const name = record(metadata)['name'];
  if (found !== kind || typeof name !== 'string') return [];
  const environments = record(spec)['environments'];
  if (kind !== 'Application' || !Array.isArray(environments)) return [name];
  return environments.map((environment) => `${name}@${String(environment)}`);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function unique(values: readonly string[]): readonly Proposal[] {
  return [...new Set(values)].map((value) => ({ value, description: '' }));
}

/** The value that a global option has on the line that is being completed. */
function valueOf(words: readonly string[], flags: readonly string[]): string | null {
  for (const [at, word] of words.entries()) {
    if (flags.includes(word)) return words[at + 1] ?? null;
    const flag = flags.find((one) => word.startsWith(`${one}=`));
    if (flag !== undefined) return word.slice(flag.length + 1);
  }
  return null;
}
