import { errorRecord, toFairleadError } from '../../model/error.ts';
import type { FairleadError } from '../../model/error.ts';
import type { InventoryKey } from '../../model/inventory.ts';
import { inventoryKey } from '../../model/inventory.ts';
import { showResource } from '../../model/resource.ts';
import type { Desired, Manifest, Observation, ResourceId } from '../../model/resource.ts';
import { failure, success } from '../../model/result.ts';
import { findOpenToOthers } from '../../system/ownership.ts';
import { openProcessTable, ownIdentity } from '../../system/processes.ts';
import { kindUnknown } from '../errors.ts';
import { invalidTogether } from '../invalid.ts';
import type { TargetOptions } from '../options.ts';
import type { PrepareScope, Reference, Target, TargetChange } from '../target.ts';
import { createAccounts } from './accounts.ts';
import { isGivenTo } from '../holders.ts';
import { takenBy } from './claims.ts';
import { hostError, stateUnusable } from './errors.ts';
import { createCommandKind } from './command/command.ts';
import { createDirectoryKind } from './directory/directory.ts';
import { createFileKind } from './file/file.ts';
import type { HostKind, Looking } from './kind.ts';
import { openLedger } from './ledger/ledger.ts';
import type { HostLedger } from './ledger/ledger.ts';
import { machineUid } from './machine-uid.ts';
import { InvalidManifest } from './invalid-manifest.ts';
import { hostApiVersion, hostGroup, unknownKind } from './manifest.ts';
import { FileMemory } from './memory.ts';
import { createParentResolver, resolveLimits } from './paths.ts';
import { createProcessKind } from './process/process.ts';
import { createSecretReader } from './secrets.ts';
import { readSettings } from './settings.ts';
import { Temporaries } from './temporaries.ts';
import { HostWatch } from './watch/host-watch.ts';

/** References read side by side. */
const parallelReads = 16;

/**
 * The machine that the controller runs on.
 * @throws FairleadError `host.settings-invalid`, `host.state-unusable`
 */
export async function createHostTarget(options: TargetOptions): Promise<Target> {
  const { name, clock, random, hash, sealer, env, warn } = options;
  const isRoot = process.getuid?.() === 0;
  const settings = readSettings(name, options.settings, { isRoot, env });
  await refuseOpenFolder(settings.stateDir, name);
  const table = await openProcessTable();
  const self = await ownIdentity(table);
  const temporaries = new Temporaries(clock, table, self);
  const ledger = openLedger({ stateDir: settings.stateDir, hash, clock, table, self, temporaries });
  const memory = new FileMemory(clock);
  const secrets = createSecretReader(env, { allowedEnv: settings.secretEnv });
  const accounts = createAccounts();
  const shared = { clock, sealer, memory, secrets, accounts, claims: ledger, temporaries };

  let listener: (change: TargetChange) => void = () => {};
  const tell = (change: TargetChange): void => listener(change);
  const kinds: readonly HostKind[] = [
    createDirectoryKind(shared),
    createFileKind({ ...shared, stateDir: settings.stateDir }),
    createCommandKind({ ...shared, stateDir: settings.stateDir, env, table, hash, ledger }),
    createProcessKind({
      ...shared,
      stateDir: settings.stateDir,
      env,
      table,
      self,
      random,
      hash,
      tell,
      warn,
    }),
  ];
  const byName = new Map(kinds.map((kind) => [kind.kind, kind]));
  const kindOf = (id: ResourceId): HostKind => {
    const kind = id.group === hostGroup ? byName.get(id.kind) : undefined;
    if (kind !== undefined) return kind;
    throw kindUnknown({
      message: `${showResource(id)} is no kind of ${hostApiVersion} that this Fairlead knows`,
      resource: showResource(id),
    });
  };
  const watching = new HostWatch({ clock, memory, warn, ledger, kindOf, tell });

  return {
    name,
    driver: 'host',
    uid: await machineUid(settings.stateDir, hash, random, temporaries),
    ledger,
    prepare: async (manifests, scope) => {
      const names = [...byName.keys()];
      const kinds = scope.project?.kinds ?? [];
      const problems: FairleadError[] = [];
      const desired: Desired[] = [];
      try {
        const limits = await resolveLimits(scope.project?.hostPaths ?? []);
        const resolveParents = createParentResolver();
        for (const manifest of manifests) {
          try {
            const kind =
              manifest.apiVersion === hostApiVersion ? byName.get(manifest.kind) : undefined;
            if (kind === undefined) throw unknownKind(manifest, names);
            const item = await kind.prepare(manifest, {
              key: scope.key,
              limits,
              kinds,
              resolveParents,
              siblings: manifests,
            });
            await refuseForeignClaims(ledger, item, scope);
            desired.push(item);
          } catch (thrown) {
            problems.push(await problemOf(thrown, manifest, scope));
          }
        }
      } catch (thrown) {
        problems.push(
          toFairleadError(hostError(thrown, 'look at hostPaths', inventoryKey(scope.key))),
        );
      }
      return problems.length > 0 ? failure(invalidTogether(problems)) : success(desired);
    },
    read: async (key, references, signal, options) => {
      const looking: Looking = { signal, references, runNothing: options?.runNothing === true };
      const answers: Observation[] = [];
      const queue = references.entries();
      const reader = async (): Promise<void> => {
        for (const [at, reference] of queue) {
          signal?.throwIfAborted();
          answers[at] = await observe(kindOf, key, reference, looking);
        }
      };
      await Promise.all(Array.from({ length: Math.min(parallelReads, references.length) }, reader));
      return answers;
    },
    apply: async (effect) => kindOf(effect.id).apply(effect),
    remove: async (effect) => kindOf(effect.id).remove(effect),
    health: (live, desired) => kindOf(live.id).health(live, desired),
    watch: async (scope) => {
      await watching.watch(scope);
      for (const kind of kinds) {
        const own = scope.references.filter(({ id }) => kindOf(id) === kind);
        await kind.watch?.(scope.key, own);
      }
    },
    onChange: (to) => {
      listener = to;
    },
    close: async () => {
      watching.close();
      for (const kind of kinds) await kind.close?.();
    },
    async *logs(key, id, logOptions) {
      const lines = kindOf(id).logs?.(key, id, logOptions);
      if (lines !== undefined) yield* lines;
    },
  };
}

/**
 * Whoever writes an inventory says what is deleted, and whoever writes the record of a process what is ended.
 * @throws FairleadError `host.state-unusable`
 */
async function refuseOpenFolder(stateDir: string, name: string): Promise<void> {
  let found;
  try {
    found = await findOpenToOthers(stateDir);
  } catch (thrown) {
    throw hostError(thrown, `look at ${stateDir}`, `Target/${name}`);
  }
  if (found === null) return;
  throw stateUnusable({
    message: `${found.path} ${found.why}, so others than this user could decide what is deleted here`,
    resource: `Target/${name}`,
    hint: `Look at what is in it, then make it this user's alone: \`chmod 700 ${found.path}\`, and \`chown\` it if it is another user's.`,
  });
}

async function observe(
  kindOf: (id: ResourceId) => HostKind,
  key: InventoryKey,
  reference: Reference,
  looking: Looking,
): Promise<Observation> {
  try {
    return await kindOf(reference.id).read(key, reference, looking);
  } catch (thrown) {
    looking.signal?.throwIfAborted();
    const resource = showResource(reference.id);
    return {
      kind: 'unreadable',
      error: errorRecord(hostError(thrown, `read ${resource}`, resource)),
    };
  }
}

/** @throws FairleadError `target.claim-taken` for a place that another application owns. */
async function refuseForeignClaims(
  ledger: HostLedger,
  desired: Desired,
  { key, previousNames, onTaken }: PrepareScope,
): Promise<void> {
  for (const claim of desired.claims) {
    const holder = await ledger.holder(claim);
    if (holder === null) continue;
    const isOwn =
      holder.key.environment === key.environment &&
      [key.application, ...(previousNames ?? [])].includes(holder.key.application);
    if (isOwn || isGivenTo(key, holder, claim)) continue;
    if (onTaken?.(desired, holder.key) === true) continue;
    throw takenBy(holder, claim, showResource(desired.id));
  }
}

async function problemOf(
  thrown: unknown,
  manifest: Manifest,
  { locate }: PrepareScope,
): Promise<FairleadError> {
  if (thrown instanceof InvalidManifest && locate !== undefined) return thrown.withPlaces(locate);
  const resource = `${manifest.kind}/${manifest.name}`;
  return toFairleadError(hostError(thrown, `prepare ${resource}`, resource));
}
