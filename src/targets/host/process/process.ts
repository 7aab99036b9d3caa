import { join } from 'node:path';
import type { Hasher } from '../../../model/digest.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { showResource } from '../../../model/resource.ts';
import type { Live } from '../../../model/resource.ts';
import type { Clock } from '../../../system/clock.ts';
import type { ProcessIdentity, ProcessTable } from '../../../system/processes.ts';
import type { Random } from '../../../system/random.ts';
import type { Effect, Reference, TargetChange } from '../../target.ts';
import { logClaims, refuseTaken } from '../claims.ts';
import type { Claims } from '../claims.ts';
import { hostError } from '../errors.ts';
import type { HostKind } from '../kind.ts';
import { createLocks, createTurns } from '../ledger/lock.ts';
import { refuseOutside, refuseUnnamed } from '../limits.ts';
import { readManifest } from '../manifest.ts';
import { resolveParents } from '../paths.ts';
import type { SecretReference } from '../secrets.ts';
import type { Temporaries } from '../temporaries.ts';
import { carryOut, clearAway, replace } from './carry-out.ts';
import type { CarryOutDependencies, Task } from './carry-out.ts';
import { revealVariable, sealVariables } from './environment.ts';
import { asFields, fieldsOf, limitsOfLog } from './fields.ts';
import { healthOf, howEnded } from './health.ts';
import type { ProcessStatus } from './health.ts';
import { payloadJson } from './launch.ts';
import type { LaunchDependencies } from './launch.ts';
import { carriersOf } from './living.ts';
import { logLines } from './log-lines.ts';
import { lookAt } from './look.ts';
import type { LookDependencies } from './look.ts';
import { ReadinessBoard } from './readiness.ts';
import { nonceOf, ProcessRecords, recordName, uidOf } from './record.ts';
import type { ProcessRecord, RecordName } from './record.ts';
import { digestsOf } from './restart-on.ts';
import { processDefinition, processSpec } from './spec.ts';
import { Supervisor } from './supervisor.ts';

interface ProcessKindDependencies extends LaunchDependencies {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly table: ProcessTable;
  readonly self: ProcessIdentity;
  readonly random: Random;
  readonly hash: Hasher;
  readonly claims: Claims;
  readonly temporaries: Temporaries;
  readonly tell: (change: TargetChange) => void;
  readonly warn: (message: string) => void;
}

/**
 * A program that runs for as long as Git says so. It outlives the controller: another one finds it by the record that
 * was written before it was started, and by a nonce in its environment.
 *
 * A process that ended is drift like a file that was changed, and is healed the same way: the `Supervisor` tells, the
 * engine plans and applies, under its holds, fences and history. When that is wanted is decided by `restOf`.
 */
export function createProcessKind(dependencies: ProcessKindDependencies): HostKind {
  const { sealer, secrets, accounts, claims, clock, table, stateDir, tell, warn } = dependencies;
  const inTurn = createTurns();
  const withLock = createLocks(dependencies, join(stateDir, 'locks'));
  const exclusive = <T>(name: RecordName, body: () => Promise<T>): Promise<T> =>
    inTurn(recordName(name), () => withLock(recordName(name), body));
  const records = new ProcessRecords(dependencies);
  const board = new ReadinessBoard(clock);
  const looking: LookDependencies = { ...dependencies, board, records };
  const look = (record: ProcessRecord): Promise<ProcessStatus> =>
    lookAt(looking, record, { maxAgeMs: 0 });
  const supervisor = new Supervisor({ clock, table, records, board, tell, warn, exclusive, look });
  const changing: CarryOutDependencies = { ...dependencies, records, supervisor };

  const find = (name: RecordName, uid: string | null): ProcessRecord | null =>
    records.load(name) ?? (uid === null ? null : records.find(uid));

  /** Runs a task on the record of an effect, alone among all who would change it. */
  const alone = async <E extends Effect, T>(
    effect: E,
    doing: string,
    body: (task: Task<E>) => Promise<T>,
  ): Promise<T> => {
    const resource = showResource(effect.id);
    const name = { key: effect.key, name: effect.id.name };
    try {
      return await exclusive(name, () =>
        body({ effect, name, before: find(name, effect.uid), resource }),
      );
    } catch (thrown) {
      throw hostError(thrown, `${doing} ${resource}`, resource);
    }
  };

  const health = (live: Live): ReturnType<HostKind['health']> =>
    live.status['state'] === undefined
      ? { status: 'Degraded', message: 'runs, but its record is lost; it is to be started anew' }
      : healthOf(live.status as unknown as ProcessStatus, asFields(live.fields).probe ?? null);

  return {
    ...processDefinition,

    prepare: async (manifest, scope) => {
      const { limits } = scope;
      const { head, spec } = readManifest(manifest, 'Process', processSpec);
      const resource = showResource(head.id);
      refuseUnnamed(scope, 'Process', resource);
      if (spec.user !== undefined) await accounts.user(spec.user, resource);
      for (const path of [spec.cwd, spec.log.file]) {
        if (path !== undefined) refuseOutside(await resolveParents(path), limits, resource);
      }
      const revealFile = async (reference: SecretReference): Promise<string> =>
        (await secrets.read(reference, limits, resource)).reveal();
      const digests = await digestsOf(spec.restartOn, manifest, scope.siblings, revealFile, sealer);
      const variables = await sealVariables(
        spec.env,
        (reference) => revealVariable(secrets, reference, limits, resource),
        sealer,
      );
      return {
        id: head.id,
        fields: fieldsOf(spec, variables.env, digests) as unknown as JsonObject,
        payload: payloadJson({ secrets: variables.secrets, limits }),
        locator: {},
        texts: {},
        claims:
          spec.log.file === undefined
            ? []
            : logClaims(await resolveParents(spec.log.file), spec.log.keep),
        wave: head.wave,
        // After the folders, files and commands of its wave.
        rank: 300,
        traits: { workload: true, dataBearing: false, irreversible: false },
        prune: head.prune,
        origin: manifest.origin,
      };
    },

    read: async (key, reference, { signal, runNothing }) => {
      const record = find({ key, name: reference.id.name }, reference.uid);
      if (record === null) return readLost(table, reference);
      const maxAgeMs = asFields(record.fields).probe?.periodMs ?? 0;
      const status = await lookAt(looking, record, { maxAgeMs, runNothing }, signal);
      const live: Live = {
        id: reference.id,
        uid: uidOf(record),
        fields: { ...record.fields, running: status.state !== 'due' },
        texts: {},
        status: status as unknown as Record<string, Json>,
        ...(status.state === 'due' ? { because: { running: howEnded(status.ended) } } : {}),
      };
      if (status.state === 'running') supervisor.show(record.nonce, health(live).status);
      return { kind: 'present', live };
    },

    apply: (effect) =>
      alone(effect, 'start', async (task) => {
        await refuseTaken(claims, effect.desired.claims, effect, task.resource);
        return carryOut(changing, task);
      }),

    remove: (effect) => alone(effect, 'stop', (task) => clearAway(changing, task)),

    health,

    watchedPaths: () => [],

    watch: async (key, references) => {
      for (const { id, uid } of references) {
        const name = { key, name: id.name };
        if (uid === null || records.load(name) !== null) continue;
        // Made under a former name of the application: from now on it is found under this one.
        await exclusive(name, async () => {
          const before = records.load(name) === null ? records.find(uid) : null;
          if (before !== null) await replace(changing, before, { ...before, ...name });
        });
      }
      supervisor.watch(
        key,
        references.map(({ id }) => id),
      );
    },

    logs: (key: InventoryKey, id, options) => {
      const record = records.load({ key, name: id.name });
      if (record === null) return nothing();
      return logLines(
        record.logFile,
        asFields(record.fields).log.keep,
        limitsOfLog(record),
        options,
        clock,
      );
    },

    close: () => supervisor.close(),
  };
}

/** A process that the inventory knows and whose record is gone: found by its nonce, so that no second one is started. */
async function readLost(table: ProcessTable, { id, uid }: Reference): ReturnType<HostKind['read']> {
  const nonce = nonceOf(uid);
  if (nonce === null || uid === null) return { kind: 'absent' };
  if ((await carriersOf(table, nonce)).length === 0) return { kind: 'absent' };
  return { kind: 'present', live: { id, uid, fields: {}, texts: {}, status: {} } };
}

async function* nothing(): AsyncIterable<string> {}
