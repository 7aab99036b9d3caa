import type { Manifest } from '../../../model/resource.ts';
import { invalidManifest } from '../manifest/invalid.ts';
import type { Hook, HookDeletion, HookEvent, HookPhase } from './hook.ts';

/** What the annotations of a manifest make of it. */
export type HookReading =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'hooks';
      /** One for each phase in which it runs; none: it is not applied at all. */
      readonly hooks: readonly Hook[];
      /** What else it is asked to be and is not, as whole sentences. */
      readonly unheard: readonly string[];
    };

/** Annotation that makes a hook for Argo CD: its phases, separated by commas. */
export const argoHook = 'argocd.argoproj.io/hook';
const argoDeletion = 'argocd.argoproj.io/hook-delete-policy';
/** Annotation that makes a hook for Helm: its events, separated by commas. */
export const helmHook = 'helm.sh/hook';
const helmWeight = 'helm.sh/hook-weight';
const helmDeletion = 'helm.sh/hook-delete-policy';

/**
 * Reads the hook annotations of Argo CD (which count first) and Helm. See
 * https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/ and https://helm.sh/docs/topics/charts_hooks/.
 * @throws FairleadError `target.manifest-invalid` for a hook of Argo CD's that there is not
 */
export function readHooks(
  manifest: Manifest,
  annotations: Readonly<Record<string, string>>,
  wave: number,
): HookReading {
  const argo = wordsOf(annotations[argoHook]);
  if (argo.length > 0) return readArgoHooks(manifest, argo, annotations, wave);
  const helm = wordsOf(annotations[helmHook]);
  return helm.length > 0 ? readHelmHooks(manifest, helm, annotations) : { kind: 'none' };
}

const argoPhases: readonly HookPhase[] = [
  'PreSync',
  'Sync',
  'PostSync',
  'SyncFail',
  'PreDelete',
  'PostDelete',
];

function readArgoHooks(
  manifest: Manifest,
  words: readonly string[],
  annotations: Readonly<Record<string, string>>,
  wave: number,
): HookReading {
  if (words.includes('Skip')) return { kind: 'hooks', hooks: [], unheard: [] };
  const unknown = words.find((word) => !argoPhases.some((phase) => phase === word));
  if (unknown !== undefined) {
    throw invalidManifest(
      manifest,
      `metadata.annotations["${argoHook}"] has no "${unknown}" (allowed: ${argoPhases.join(', ')}, Skip)`,
    );
  }
  const { deletions, unheard } = readDeletions(argoDeletion, annotations, argoDeletions);
  const hooks = argoPhases
    .filter((phase) => words.includes(phase))
    .map((phase): Hook => ({ phase, order: wave, events: null, deletions }));
  return { kind: 'hooks', hooks, unheard };
}

const argoDeletions: Readonly<Record<string, HookDeletion>> = {
  BeforeHookCreation: 'BeforeHookCreation',
  HookSucceeded: 'HookSucceeded',
  HookFailed: 'HookFailed',
};

const helmDeletions: Readonly<Record<string, HookDeletion>> = {
  'before-hook-creation': 'BeforeHookCreation',
  'hook-succeeded': 'HookSucceeded',
  'hook-failed': 'HookFailed',
};

/** Helm's events that belong to one phase, and which releases each of them means. */
const helmPhases: readonly {
  readonly phase: HookPhase;
  readonly events: Readonly<Record<string, HookEvent | null>>;
}[] = [
  {
    phase: 'PreSync',
    events: { 'pre-install': 'install', 'pre-upgrade': 'upgrade', 'pre-rollback': 'rollback' },
  },
  {
    phase: 'PostSync',
    events: { 'post-install': 'install', 'post-upgrade': 'upgrade', 'post-rollback': 'rollback' },
  },
  { phase: 'Test', events: { test: null, 'test-success': null } },
  { phase: 'PreDelete', events: { 'pre-delete': null } },
  { phase: 'PostDelete', events: { 'post-delete': null } },
];

function readHelmHooks(
  manifest: Manifest,
  words: readonly string[],
  annotations: Readonly<Record<string, string>>,
): HookReading {
  // Helm 2's way to have a definition before everything else, which it is anyhow.
  if (words.includes('crd-install')) return { kind: 'none' };
  const weight = annotations[helmWeight] ?? '0';
  if (!/^[-+]?\d{1,6}$/.test(weight)) {
    throw invalidManifest(
      manifest,
      `metadata.annotations["${helmWeight}"] must be a whole number in quotes, not "${weight}"`,
    );
  }
  const { deletions, unheard } = readDeletions(helmDeletion, annotations, helmDeletions);
  const hooks = helmPhases.flatMap(({ phase, events }): readonly Hook[] => {
    const named = Object.keys(events).filter((event) => words.includes(event));
    if (named.length === 0) return [];
    const kinds = named.flatMap((event) => events[event] ?? []);
    return [{ phase, order: Number(weight), events: kinds.length === 0 ? null : kinds, deletions }];
  });
  const unknown = words.filter((word) =>
    helmPhases.every(({ events }) => !Object.hasOwn(events, word)),
  );
  const sentences = unknown.map((word) =>
    word === 'test-failure'
      ? 'test-failure hooks are not run: Helm 3 has only tests that have to succeed'
      : `Helm has no hook ${word}`,
  );
  return { kind: 'hooks', hooks, unheard: [...sentences, ...unheard] };
}

function readDeletions(
  annotation: string,
  annotations: Readonly<Record<string, string>>,
  words: Readonly<Record<string, HookDeletion>>,
): { readonly deletions: readonly HookDeletion[]; readonly unheard: readonly string[] } {
  const said = wordsOf(annotations[annotation]);
  const known = said.filter((word) => Object.hasOwn(words, word));
  const deletions = known.flatMap((word) => words[word] ?? []);
  return {
    deletions: deletions.length === 0 ? ['BeforeHookCreation'] : deletions,
    unheard: said
      .filter((word) => !Object.hasOwn(words, word))
      .map((word) => `${annotation} has no ${word} (it has ${Object.keys(words).join(', ')})`),
  };
}

function wordsOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
