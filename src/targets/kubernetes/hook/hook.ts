import type { JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { Manifest } from '../../../model/resource.ts';
import { invalidManifest } from '../manifest/invalid.ts';

/** When a hook runs, in Argo CD's words. */
export type HookPhase = 'PreSync' | 'Sync' | 'PostSync';

/** What becomes of the object that a hook is, in Argo CD's words. */
export type HookDeletion = 'BeforeHookCreation' | 'HookSucceeded' | 'HookFailed';

/** An object that is run with a release and is not kept up after that. */
export interface Hook {
  readonly phase: HookPhase;
  /** Order within the phase, lower first. */
  readonly order: number;
  /** `install`: with the first release alone; `upgrade`: with every one but the first; `null`: with every one. */
  readonly only: 'install' | 'upgrade' | null;
  readonly deletions: readonly HookDeletion[];
}

/** What the annotations of a manifest make of it. */
export type HookReading =
  | { readonly kind: 'none' }
  /** It is not applied, and why; empty where that is what it asks for. */
  | { readonly kind: 'left-out'; readonly why: string }
  | { readonly kind: 'hook'; readonly hook: Hook };

const argoHook = 'argocd.argoproj.io/hook';
const argoDeletion = 'argocd.argoproj.io/hook-delete-policy';
const helmHook = 'helm.sh/hook';
const helmWeight = 'helm.sh/hook-weight';
const helmDeletion = 'helm.sh/hook-delete-policy';

/**
 * Reads the hook annotations of Argo CD (which count first) and Helm. See
 * https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/ and https://helm.sh/docs/topics/charts_hooks/.
 * @throws FairleadError `target.manifest-invalid` for a hook that there is not
 */
export function readHook(
  manifest: Manifest,
  annotations: Readonly<Record<string, string>>,
  wave: number,
): HookReading {
  const argo = wordsOf(annotations[argoHook]);
  if (argo.length > 0) return readArgoHook(manifest, argo, annotations, wave);
  const helm = wordsOf(annotations[helmHook]);
  return helm.length > 0 ? readHelmHook(manifest, helm, annotations) : { kind: 'none' };
}

function readArgoHook(
  manifest: Manifest,
  words: readonly string[],
  annotations: Readonly<Record<string, string>>,
  wave: number,
): HookReading {
  if (words.includes('Skip')) return { kind: 'left-out', why: '' };
  const unknown = words.find((word) => !argoPhases.has(word));
  if (unknown !== undefined) {
    throw invalidManifest(
      manifest,
      `metadata.annotations["${argoHook}"] has no "${unknown}" (allowed: ${[...argoPhases].join(', ')})`,
    );
  }
  const phase = phases.find((one) => words.includes(one));
  if (phase === undefined)
    return { kind: 'left-out', why: `${words.join(', ')} hooks are not run` };
  const deletions = wordsOf(annotations[argoDeletion]).filter(isDeletion);
  return {
    kind: 'hook',
    hook: { phase, order: wave, only: null, deletions: orDefault(deletions) },
  };
}

const phases: readonly HookPhase[] = ['PreSync', 'Sync', 'PostSync'];
const argoPhases: ReadonlySet<string> = new Set([
  ...phases,
  'SyncFail',
  'PreDelete',
  'PostDelete',
  'Skip',
]);

const helmDeletions: Readonly<Record<string, HookDeletion>> = {
  'before-hook-creation': 'BeforeHookCreation',
  'hook-succeeded': 'HookSucceeded',
  'hook-failed': 'HookFailed',
};

function readHelmHook(
  manifest: Manifest,
  words: readonly string[],
  annotations: Readonly<Record<string, string>>,
): HookReading {
  if (words.includes('crd-install')) return { kind: 'none' };
  const has = (event: string): boolean => words.includes(event);
  const isInstall = has('pre-install') || has('post-install');
  const isUpgrade = has('pre-upgrade') || has('post-upgrade');
  if (!isInstall && !isUpgrade) {
    const isTest = words.every((word) => word.startsWith('test'));
    return { kind: 'left-out', why: isTest ? '' : `${words.join(', ')} hooks are not run` };
  }
  const weight = annotations[helmWeight] ?? '0';
  if (!/^[-+]?\d{1,6}$/.test(weight)) {
    throw invalidManifest(
      manifest,
      `metadata.annotations["${helmWeight}"] must be a whole number in quotes, not "${weight}"`,
    );
  }
  const deletions = wordsOf(annotations[helmDeletion]).flatMap((word) => helmDeletions[word] ?? []);
  return {
    kind: 'hook',
    hook: {
      phase: has('pre-install') || has('pre-upgrade') ? 'PreSync' : 'PostSync',
      order: Number(weight),
      only: isInstall && isUpgrade ? null : isInstall ? 'install' : 'upgrade',
      deletions: orDefault(deletions),
    },
  };
}

function wordsOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function isDeletion(word: string): word is HookDeletion {
  return word === 'BeforeHookCreation' || word === 'HookSucceeded' || word === 'HookFailed';
}

function orDefault(deletions: readonly HookDeletion[]): readonly HookDeletion[] {
  return deletions.length === 0 ? ['BeforeHookCreation'] : deletions;
}

/** Beyond all waves, which have six digits. */
const phaseDistance = 2_000_000;

/** Its place among all waves of the application: before all, among them, after all. */
export function waveOf({ phase, order }: Hook): number {
  if (phase === 'Sync') return order;
  return phase === 'PreSync' ? order - phaseDistance : order + phaseDistance;
}

/** The member of `fields` that says what a hook runs for. It is part of no object that is sent. */
export const hookMember = 'fairlead.dev/hook';

/** What `prepare` put there; `null`: it is no hook. */
export function hookIn(fields: JsonObject): JsonObject | null {
  const member = fields[hookMember];
  return isJsonObject(member) ? member : null;
}
