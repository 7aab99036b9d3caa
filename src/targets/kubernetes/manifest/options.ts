import { suggest } from '../../../config/suggest.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import type { Deletion, Manifest } from '../../../model/resource.ts';
import { invalidManifest } from './invalid.ts';
import { readSyncOptions } from './sync-options.ts';
import type { SyncOptions } from './sync-options.ts';

/**
 * What a manifest says about how it is released, in Argo CD's, Helm's, Flux's and our own words. See
 * https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/.
 */
export interface Options {
  readonly wave: number;
  /** `false`: it stays when it leaves the source. */
  readonly prune: boolean;
  /** `Delete=false`, `Prune=confirm`, `Delete=confirm`, `PruneLast=true`, `PrunePropagationPolicy`; `null`: none of them. */
  readonly deletion: Deletion | null;
  /** It may be deleted and made anew where it cannot be changed in place: `Replace=true` or `Force=true`. */
  readonly replaceable: boolean;
  /** Fields that others keep are taken without asking: `Force=true`. */
  readonly force: boolean;
  /** The kind may be missing until this is applied: `SkipDryRunOnMissingResource=true`. */
  readonly mayLackKind: boolean;
  /** Its namespace is made where it is missing: `CreateNamespace=true`. */
  readonly createNamespace: boolean;
  /** `false` leaves fields that the kind does not have to the server, which drops them: `Validate=false`. */
  readonly validate: boolean;
  /** JSON pointers of fields that others may change: `fairlead.dev/ignore-differences`. */
  readonly ignored: readonly string[];
}

const wave = 'fairlead.dev/wave';
const pruning = 'fairlead.dev/prune';
const ignoring = 'fairlead.dev/ignore-differences';
const ownAnnotations: readonly string[] = [wave, pruning, ignoring];
/** An annotation or a label. */
const fluxPruning = 'kustomize.toolkit.fluxcd.io/prune';
const argoWave = 'argocd.argoproj.io/sync-wave';
const argoOptions = 'argocd.argoproj.io/sync-options';
const helmPolicy = 'helm.sh/resource-policy';

/** By whose word it is: annotations that say whether something is deleted. Flux's may be a label as well. */
export const pruneWords = {
  own: pruning,
  argo: argoOptions,
  flux: fluxPruning,
  helm: helmPolicy,
} as const;

/** @throws FairleadError `target.manifest-invalid` for an annotation of ours that says nothing. */
export function readOptions(
  manifest: Manifest,
  annotations: Readonly<Record<string, string>>,
  ofApplication: readonly string[],
): Options {
  for (const name of Object.keys(annotations)) {
    if (!name.startsWith('fairlead.dev/') || ownAnnotations.includes(name)) continue;
    const nearest = suggest(name, ownAnnotations);
    throw invalidManifest(
      manifest,
      `metadata.annotations has no "${name}"${nearest === null ? '' : `; did you mean ${nearest}?`} (allowed: ${ownAnnotations.join(', ')})`,
    );
  }
  const options = readSyncOptions([...ofApplication, ...syncOptionsIn(annotations)]);
  const isOn = (name: string): boolean => options.get(name) === 'true';
  return {
    wave: readWave(manifest, annotations),
    prune: !isKept(manifest, annotations) && prunes(options),
    deletion: readDeletion(options),
    replaceable: isOn('replace') || isOn('force'),
    force: isOn('force'),
    mayLackKind: isOn('skipdryrunonmissingresource'),
    createNamespace: isOn('createnamespace'),
    validate: options.get('validate') !== 'false',
    ignored: readPointers(manifest, annotations[ignoring]),
  };
}

function prunes(options: SyncOptions): boolean {
  return options.get('prune') !== 'false';
}

/** What options say about how something is deleted. */
export function ofSyncOptions(options: readonly string[]): Pick<Options, 'prune' | 'deletion'> {
  const read = readSyncOptions(options);
  return { prune: prunes(read), deletion: readDeletion(read) };
}

/** What a resource says for itself. */
export function syncOptionsIn(annotations: Readonly<Record<string, string>>): readonly string[] {
  return split(annotations[argoOptions]);
}

function split(text: string | undefined): readonly string[] {
  return (text ?? '').split(',');
}

function readDeletion(options: SyncOptions): Deletion | null {
  const asks = (['prune', 'removal'] as const).filter(
    (when) => options.get(when === 'prune' ? 'prune' : 'delete') === 'confirm',
  );
  const propagation = options.get('prunepropagationpolicy');
  const dependents =
    propagation === 'foreground' ? 'first' : propagation === 'orphan' ? 'stay' : undefined;
  const deletion: Deletion = {
    ...(options.get('delete') === 'false' && { keptOnRemoval: true }),
    ...(asks.length > 0 && { asks }),
    ...(options.get('prunelast') === 'true' && { last: 'deletes' as const }),
    ...(dependents && { dependents }),
  };
  return Object.keys(deletion).length === 0 ? null : deletion;
}

function readWave(manifest: Manifest, annotations: Readonly<Record<string, string>>): number {
  for (const name of [wave, argoWave]) {
    const text = annotations[name];
    if (text === undefined) continue;
    if (/^-?\d{1,6}$/.test(text)) return Number(text);
    throw invalidManifest(
      manifest,
      `metadata.annotations["${name}"] must be a whole number in quotes, not "${text}"`,
    );
  }
  return 0;
}

function isKept(manifest: Manifest, annotations: Readonly<Record<string, string>>): boolean {
  const own = annotations[pruning];
  if (own !== undefined && own !== 'disabled' && own !== 'enabled') {
    throw invalidManifest(
      manifest,
      `metadata.annotations["${pruning}"] must be "disabled" or "enabled", not "${own}"`,
    );
  }
  return (
    own === 'disabled' ||
    [annotations, labelsOf(manifest)].some((marks) => isWord(marks[fluxPruning], 'disabled')) ||
    isWord(annotations[helmPolicy], 'keep')
  );
}

function labelsOf({ body }: Manifest): JsonObject {
  const metadata = isJsonObject(body['metadata']) ? body['metadata'] : {};
  return isJsonObject(metadata['labels']) ? metadata['labels'] : {};
}

/** Flux and Helm look at neither capitals nor blanks. */
function isWord(value: Json | undefined, word: string): boolean {
  return typeof value === 'string' && value.trim().toLowerCase() === word;
}

function readPointers(manifest: Manifest, text: string | undefined): readonly string[] {
  const pointers = split(text).map((part) => part.trim());
  const wrong = pointers.find((pointer) => pointer !== '' && !pointer.startsWith('/'));
  if (wrong !== undefined) {
    throw invalidManifest(
      manifest,
      `metadata.annotations["${ignoring}"] must hold JSON pointers such as /spec/replicas, not "${wrong}"`,
    );
  }
  return pointers.filter((pointer) => pointer !== '');
}
