import { canonicalJson, sameJson } from '../model/json.ts';
import type { ApplicationConfig, Config, EnvironmentConfig } from '../model/config.ts';
import type { Inventory, InventoryKey } from '../model/inventory.ts';
import { inventoryKey } from '../model/inventory.ts';
import type { Target } from '../targets/target.ts';
import type { Configuration } from './configuration.ts';
import type { EngineOptions, EnginePorts } from './ports.ts';
import { targetNamesOf, undeclared } from './declared.ts';
import { letAct } from './read-only.ts';
import { ApplicationRuntime } from './runtime.ts';
import { surroundingsOf } from './prepare/surroundings.ts';
import { mistakeFor } from './prepare/unread.ts';
import type { World } from './world.ts';

/** What of the engine its roster of applications is kept in and depends on. */
export interface Rostered {
  readonly applications: Map<string, ApplicationRuntime>;
  readonly options: EngineOptions;
  readonly ports: EnginePorts;
  readonly world: World;
  readonly configuration: Configuration;
  readonly foreignConfirmed: boolean;
  readOnlyReason: string;
  index(runtime: ApplicationRuntime): void;
  drop(runtime: ApplicationRuntime): void;
}

/**
 * Brings the applications that the engine knows in line with a configuration: new ones appear, changed ones are
 * looked at again, those that left are to be removed — but only when the whole configuration was understood, for
 * what is missing in half of one is not removed.
 * @returns ids to look at.
 */
export async function updateRoster(
  engine: Rostered,
  config: Config,
  complete: boolean,
): Promise<Set<string>> {
  const concerned = new Set<string>();
  const wanted = new Set<string>();
  for (const application of config.applications.values()) {
    for (const name of application.environments) {
      const environment = config.environments.get(name);
      if (environment === undefined) continue;
      const key: InventoryKey = { application: application.name, environment: name };
      if (!isSelected(engine.options.only, key)) continue;
      wanted.add(inventoryKey(key));
      if (configure(engine, config, key, application, environment))
        concerned.add(inventoryKey(key));
    }
  }
  await findOwned(engine, config, concerned, wanted, complete);
  for (const runtime of engine.applications.values()) {
    // What stands in the way of its removal may be what has changed.
    if (runtime.declared.removal !== null && runtime.status.error !== null)
      concerned.add(runtime.id);
  }
  if (!complete) return concerned;
  for (const runtime of engine.applications.values()) {
    if (wanted.has(runtime.id) || runtime.declared.removal !== null) continue;
    if (isHeldBack(engine, runtime.key)) continue;
    const heir = heirOf(config, runtime.key);
    if (heir !== null) {
      // Its inventory is handed over to the new name, also what a look that goes on may still write; nothing is removed.
      const places = [...runtime.ownership.targets, ...targetNamesOf(runtime.declared)];
      for (const target of places) engine.applications.get(heir)?.ownership.add(target);
      engine.drop(runtime);
      continue;
    }
    const removal = runtime.declared.application?.onRemoval ?? 'confirm';
    runtime.declared = { ...runtime.declared, application: null, removal };
    concerned.add(runtime.id);
  }
  return concerned;
}

function configure(
  engine: Rostered,
  config: Config,
  key: InventoryKey,
  application: ApplicationConfig,
  environment: EnvironmentConfig,
): boolean {
  const id = inventoryKey(key);
  const runtime = engine.applications.get(id) ?? new ApplicationRuntime(key);
  const before = runtime.declared;
  runtime.declared = {
    application,
    environment,
    surroundings: surroundingsOf(config, application, environment.targets),
    mistake: mistakeFor(engine.configuration.asking, application, environment),
    removal: null,
    lastDependsOn: application.dependsOn,
    lastProject: config.projects.get(application.project) ?? null,
  };
  if (before.removal !== null) runtime.agenda.leaveWithoutHooks(false);
  engine.applications.set(id, runtime);
  engine.index(runtime);
  return (
    canonicalJson([application, environment, null]) !==
      canonicalJson([before.application, before.environment, before.removal]) ||
    runtime.declared.surroundings !== before.surroundings ||
    !sameJson(runtime.declared.mistake, before.mistake)
  );
}

/**
 * Inventories at the targets tell what is owned, whatever the store remembers. One that another installation wrote
 * means that the state was lost: then only show. One of another repository is none of our business.
 */
async function findOwned(
  engine: Rostered,
  config: Config,
  concerned: Set<string>,
  wanted: ReadonlySet<string>,
  complete: boolean,
): Promise<void> {
  const { installation, only, repository } = engine.options;
  for (const target of engine.world.openTargets()) {
    for (const key of await listInventories(engine, target)) {
      const id = inventoryKey(key);
      const inventory = await loadInventory(engine, target, key);
      if (inventory === null) continue;
      const ours = inventory.installation === installation || engine.foreignConfirmed;
      const heir = heirOf(config, key);
      const known = engine.applications.get(heir ?? id);
      if (known !== undefined) {
        known.ownership.add(target.name);
        if (known.declared.removal === 'confirm' && known.declared.lastProject === undefined)
          known.declared = { ...known.declared, removal: inventory.onRemoval ?? 'confirm' };
        if (!ours && engine.readOnlyReason === '') {
          engine.readOnlyReason = `what is live was released by another installation (${id}); ${letAct}`;
        }
      } else if (complete && ours && inventory.repository === repository.url && only === null) {
        if (wanted.has(id) || heir !== null || isHeldBack(engine, key)) continue;
        const runtime = new ApplicationRuntime(key);
        runtime.declared = { ...undeclared, removal: inventory.onRemoval ?? 'confirm' };
        runtime.ownership.add(target.name);
        engine.applications.set(id, runtime);
        concerned.add(id);
      }
    }
  }
}

async function listInventories(engine: Rostered, target: Target): Promise<readonly InventoryKey[]> {
  try {
    return await target.ledger.list();
  } catch (thrown) {
    engine.ports.log.warn('the inventories at a target could not be listed', {
      target: target.name,
      error: String(thrown),
    });
    return [];
  }
}

async function loadInventory(
  engine: Rostered,
  target: Target,
  key: InventoryKey,
): Promise<Inventory | null> {
  try {
    return await target.ledger.load(key);
  } catch {
    // The application's own run tells what is wrong with it.
    return null;
  }
}

/** Declared, but in a form that cannot be used: what it owns stays as it is. */
function isHeldBack(engine: Rostered, key: InventoryKey): boolean {
  const { applications, environments } = engine.configuration.heldBack;
  return applications.has(key.application) || environments.has(key.environment);
}

/** The application of the configuration that has taken this one's place under a new name, as an id; else `null`. */
function heirOf(config: Config, key: InventoryKey): string | null {
  if (config.applications.has(key.application)) return null;
  for (const { name, previousNames, environments } of config.applications.values()) {
    if (previousNames.includes(key.application) && environments.includes(key.environment))
      return inventoryKey({ ...key, application: name });
  }
  return null;
}

function isSelected(only: readonly string[] | null, key: InventoryKey): boolean {
  return (
    only === null ||
    only.includes(key.application) ||
    only.includes(inventoryKey(key)) ||
    only.includes(`@${key.environment}`)
  );
}
