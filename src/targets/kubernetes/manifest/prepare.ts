import { matches } from '../../../config/pattern.ts';
import type { Hasher } from '../../../model/digest.ts';
import { toFairleadError } from '../../../model/error.ts';
import type { FairleadError } from '../../../model/error.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import { isJsonObject } from '../../../model/json.ts';
import { resourceKey, showResource } from '../../../model/resource.ts';
import type { Desired, Manifest, ResourceId } from '../../../model/resource.ts';
import { failure, success } from '../../../model/result.ts';
import type { Result } from '../../../model/result.ts';
import { claimTaken, notPermitted } from '../../errors.ts';
import { isGivenTo } from '../../holders.ts';
import type { PrepareScope } from '../../target.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { parseApiVersion } from '../client/resource-type.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { invalidTogether } from '../../invalid.ts';
import { kindMissing } from '../errors.ts';
import type { KubernetesLedger } from '../ledger/ledger.ts';
import type { Shaper } from '../object/shape.ts';
import type { Schemas } from '../schema/schemas.ts';
import { asHooks, bindHooks } from '../hook/bind.ts';
import { nameHooks } from '../hook/generate-name.ts';
import { asSecretHooks } from '../hook/of-secret.ts';
import { readHooks } from '../hook/parse.ts';
import { runnableHooks } from '../hook/runnable.ts';
import { invalidManifest, showManifest } from './invalid.ts';
import { normalise, stringMap } from './normalise.ts';
import { readOptions, syncOptionsIn } from './options.ts';
import type { Options } from './options.ts';
import { ownKinds } from './own-kinds.ts';
import { toPayload } from './payload.ts';
import { rankOf } from './rank.ts';
import { ignoredOptions } from './sync-options.ts';
import { scaleTargetOf } from './scaled.ts';
import type { ScaleTarget } from './scaled.ts';
import { traitsOf } from './traits.ts';
import { takeOut } from '../write/released.ts';

interface PrepareWith {
  /** Name of the Target, for messages. */
  readonly target: string;
  readonly discovery: Discovery;
  readonly schemas: Schemas;
  readonly ledger: KubernetesLedger;
  readonly shaper: Shaper;
  readonly hash: Hasher;
}

/** What the whole application says about each of its manifests. */
interface Surroundings {
  readonly scope: PrepareScope;
  readonly namespace: string;
  readonly kinds: ReadonlyMap<string, ResourceType>;
  readonly scaled: readonly ScaleTarget[];
}

/** Checks and completes what was rendered. All faults are told at once, the first one in full. */
export async function prepareManifests(
  tools: PrepareWith,
  rendered: readonly Manifest[],
  scope: PrepareScope,
): Promise<Result<readonly Desired[]>> {
  const manifests = nameHooks(tools.hash, rendered, scope.key);
  const namespace = namespaceOf(scope);
  const surroundings: Surroundings = {
    scope,
    namespace,
    kinds: ownKinds(manifests),
    scaled: manifests.flatMap((manifest) => scaleTargetOf(manifest, namespace) ?? []),
  };
  for (const sentence of ignoredOptions(scope.kubernetes?.syncOptions ?? []))
    scope.warn?.(`kubernetes.syncOptions: ${sentence}`);
  const desired: Desired[] = [];
  const problems: FairleadError[] = [];
  for (const manifest of manifests) {
    try {
      desired.push(...(await prepareOne(tools, manifest, surroundings)));
    } catch (thrown) {
      problems.push(toFairleadError(thrown));
    }
  }
  if (problems.length > 0) return failure(invalidTogether(problems));
  return success(bindHooks(tools.hash, desired));
}

function namespaceOf({ key, kubernetes }: PrepareScope): string {
  return (kubernetes?.namespace ?? 'default').replaceAll('{environment}', key.environment);
}

async function prepareOne(
  tools: PrepareWith,
  manifest: Manifest,
  surroundings: Surroundings,
): Promise<readonly Desired[]> {
  const { scope } = surroundings;
  const metadata = isJsonObject(manifest.body['metadata']) ? manifest.body['metadata'] : {};
  const annotations = stringMap(manifest, 'annotations', metadata['annotations']);
  const options = readOptions(manifest, annotations, scope.kubernetes?.syncOptions ?? []);
  for (const sentence of ignoredOptions(syncOptionsIn(annotations)))
    scope.warn?.(`${showManifest(manifest)}: ${sentence}`);
  const reading = readHooks(manifest, annotations, options.wave);
  const hooks = reading.kind === 'none' ? null : runnableHooks(reading, manifest, scope);
  if (hooks?.length === 0) return [];
  const type = await typeOf(tools, manifest, surroundings, options);
  const { group } = parseApiVersion(manifest.apiVersion);
  const namespace = type?.namespaced === false ? '' : manifest.namespace || surroundings.namespace;
  const id: ResourceId = { group, kind: manifest.kind, namespace, name: manifest.name };
  refuseNamespace(scope, manifest, id);
  await refuseForeignClaim(tools.ledger, scope, id);
  const whole = normalise(manifest, id, scope.key);
  if (type !== null && options.validate) {
    const problems = await tools.schemas.check(type, whole);
    if (problems.length > 0) throw invalidManifest(manifest, listProblems(problems));
  }
  const ignored = ignoredIn(surroundings, id, options);
  const { kept, released } = takeOut(whole, ignored.pointers);
  const { fields, secret, long, texts } = tools.shaper.shape(kept);
  const desired: Desired = {
    id,
    fields,
    payload: toPayload({ options, long, released, ignoredManagers: ignored.managers, hook: null }),
    ...(secret === null ? {} : { secret }),
    locator: nowhereElse,
    texts,
    claims: [['object', resourceKey(id)].join(':')],
    wave: options.wave,
    rank: rankOf(id),
    traits: traitsOf(id),
    prune: options.prune,
    ...(options.deletion === null ? {} : { deletion: options.deletion }),
    replaceable: options.replaceable,
    origin: manifest.origin,
  };
  if (hooks === null) return [desired];
  if (secret === null) return asHooks(desired, hooks);
  return asSecretHooks(desired, hooks, (sentence) =>
    scope.warn?.(`${showManifest(manifest)}: ${sentence}`),
  );
}

/** The id says where an object is. */
const nowhereElse = {};

async function typeOf(
  { discovery, target }: PrepareWith,
  manifest: Manifest,
  { kinds }: Surroundings,
  options: Options,
): Promise<ResourceType | null> {
  const { apiVersion, kind } = manifest;
  const own = kinds.get(`${apiVersion} ${kind}`);
  if (own !== undefined) return own;
  const type = await discovery.resolve(apiVersion, kind);
  if (type !== null || options.mayLackKind) return type;
  const other = await discovery.find(parseApiVersion(apiVersion).group, kind);
  const hint =
    other === null ? '' : `; it has ${other.group === '' ? '' : `${other.group}/`}${other.version}`;
  throw kindMissing({
    message: `${showManifest(manifest)}: ${target} has no kind ${kind} of ${apiVersion}${hint}`,
    resource: `${kind}/${manifest.name}`,
  });
}

function listProblems(problems: readonly string[]): string {
  const shown = problems.slice(0, 5).join('; ');
  return problems.length > 5 ? `${shown}; and ${problems.length - 5} more` : shown;
}

/** @throws FairleadError `target.not-permitted` where the project is confined to namespaces, and this is in none of them. */
function refuseNamespace(scope: PrepareScope, manifest: Manifest, id: ResourceId): void {
  const { project } = scope;
  const allowed = project?.namespaces ?? [];
  if (project === null || allowed.length === 0) return;
  const isNamespace = id.group === '' && id.kind === 'Namespace';
  const namespace = isNamespace ? id.name : id.namespace;
  if (namespace === '') {
    // What belongs to the whole cluster reaches beyond any namespace, so it has to be named.
    if (project.kinds.includes(id.kind) || project.kinds.includes(`${id.group}/${id.kind}`)) return;
    throw notPermitted({
      message: `${showManifest(manifest)}: project ${project.name} is confined to namespaces, and ${id.kind} belongs to the whole cluster; name it in the project's kinds to allow it`,
      resource: showResource(id),
    });
  }
  if (allowed.some((pattern) => matches(pattern, namespace))) return;
  throw notPermitted({
    message: `${showManifest(manifest)}: project ${project.name} may not use namespace ${namespace} (allowed: ${allowed.join(', ')})`,
    resource: showResource(id),
  });
}

/** @throws FairleadError `target.claim-taken` for an object that another application owns. */
async function refuseForeignClaim(
  ledger: KubernetesLedger,
  { key, previousNames, onTaken }: PrepareScope,
  id: ResourceId,
): Promise<void> {
  const owner = await ledger.owner(resourceKey(id));
  if (owner === null) return;
  const isOwn =
    owner.key.environment === key.environment &&
    [key.application, ...(previousNames ?? [])].includes(owner.key.application);
  if (isOwn || isGivenTo(key, owner, resourceKey(id))) return;
  if (onTaken?.({ id, locator: nowhereElse }, owner.key) === true) return;
  throw claimTaken({
    message: `${showResource(id)} belongs to ${inventoryKey(owner.key)}`,
    resource: showResource(id),
  });
}

function ignoredIn(
  { scope, scaled }: Surroundings,
  id: ResourceId,
  options: Options,
): { readonly pointers: readonly string[]; readonly managers: readonly string[] } {
  const rules = (scope.kubernetes?.ignoreDifferences ?? []).filter(
    (rule) =>
      (rule.kind === id.kind || rule.kind === '*') &&
      (rule.group ?? id.group) === id.group &&
      (rule.namespace ?? id.namespace) === id.namespace &&
      (rule.name ?? id.name) === id.name,
  );
  const isScaled = scaled.some(
    (one) =>
      one.group === id.group &&
      one.kind === id.kind &&
      one.namespace === id.namespace &&
      one.name === id.name,
  );
  return {
    pointers: [
      ...options.ignored,
      ...(isScaled ? ['/spec/replicas'] : []),
      ...rules.flatMap(({ jsonPointers }) => jsonPointers),
    ],
    managers: rules.flatMap(({ managers }) => managers),
  };
}
