import { join } from 'node:path';
import type { Hasher } from '../../../model/digest.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { sameJson } from '../../../model/json.ts';
import { showResource } from '../../../model/resource.ts';
import type { Live } from '../../../model/resource.ts';
import type { ProcessIdentity } from '../../../system/processes.ts';
import type { Random } from '../../../system/random.ts';
import { preconditionFailed } from '../../errors.ts';
import type { Applied, ApplyEffect, Effect, Reference, TargetChange } from '../../target.ts';
import { logClaim, refuseTaken } from '../claims.ts';
import type { Claims } from '../claims.ts';
import { hostError } from '../errors.ts';
import type { HostKind } from '../kind.ts';
import { createLocks, createTurns } from '../ledger/lock.ts';
import { encodeName, keyName } from '../ledger/names.ts';
import { refuseOutside } from '../limits.ts';
import { readManifest } from '../manifest.ts';
import { resolveParents } from '../paths.ts';
import type { Temporaries } from '../temporaries.ts';
import { revealVariable, sealVariables } from './environment.ts';
import { asFields, asPayload, canGoOn, fieldsOf } from './fields.ts';
import type { ProcessPayload } from './fields.ts';
import { healthOf, howEnded } from './health.ts';
import type { ProcessStatus } from './health.ts';
import { launchProcess, payloadJson, prepareLaunch } from './launch.ts';
import type { Launch } from './launch.ts';
import { carriersOf, findRunning, identityOf } from './living.ts';
import { openLog, removeLog } from './log-file.ts';
import { logLines } from './log-lines.ts';
import { lookAt } from './look.ts';
import type { LookDependencies } from './look.ts';
import { ReadinessBoard } from './readiness.ts';
import { nonceOf, ProcessRecords, recordName, uidOf } from './record.ts';
import type { ProcessRecord, RecordName } from './record.ts';
import { processSpec } from './spec.ts';
import { stopProcess } from './stop.ts';
import { Supervisor } from './supervisor.ts';

export interface ProcessKindDependencies extends Omit<LookDependencies, 'board'> {
  readonly stateDir: string;
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
 *
 * Removing a process removes its log, too, unless the manifest says where the log is: such a file stays.
 */
export function createProcessKind(dependencies: ProcessKindDependencies): HostKind {
  return new ProcessKind(dependencies);
}

class ProcessKind implements HostKind {
  readonly kind = 'Process';
  readonly description = 'A program that is kept running, with its environment, probe and log.';
  readonly spec = processSpec;
  readonly #dependencies: ProcessKindDependencies;
  readonly #looking: LookDependencies;
  readonly #records: ProcessRecords;
  readonly #supervisor: Supervisor;
  readonly #exclusive: <T>(name: RecordName, body: () => Promise<T>) => Promise<T>;

  constructor(dependencies: ProcessKindDependencies) {
    const { stateDir } = dependencies;
    const inTurn = createTurns();
    const withLock = createLocks(dependencies, join(stateDir, 'locks'));
    this.#dependencies = dependencies;
    this.#records = new ProcessRecords(dependencies);
    this.#looking = { ...dependencies, board: new ReadinessBoard(dependencies.clock) };
    this.#exclusive = (name, body) =>
      inTurn(recordName(name), () => withLock(recordName(name), body));
    this.#supervisor = new Supervisor({
      ...this.#looking,
      records: this.#records,
      tell: dependencies.tell,
      warn: dependencies.warn,
      exclusive: this.#exclusive,
      look: (record) => lookAt(this.#looking, record, 0),
    });
  }

  prepare: HostKind['prepare'] = async (manifest, scope) => {
    const { secrets, sealer, accounts } = this.#dependencies;
    const { limits } = scope;
    const { head, spec } = readManifest(manifest, 'Process', processSpec);
    const resource = showResource(head.id);
    if (spec.user !== undefined) await accounts.user(spec.user, resource);
    for (const path of [spec.cwd, spec.log.file]) {
      if (path !== undefined) refuseOutside(await resolveParents(path), limits, resource);
    }
    const { env, secrets: references } = await sealVariables(
      spec.env,
      (reference) => revealVariable(secrets, reference, limits, resource),
      sealer,
    );
    const payload: ProcessPayload = { secrets: references, limits };
    return {
      id: head.id,
      fields: fieldsOf(spec, env) as unknown as JsonObject,
      payload: payloadJson(payload),
      locator: {},
      texts: {},
      claims: spec.log.file === undefined ? [] : [logClaim(await resolveParents(spec.log.file))],
      wave: head.wave,
      rank: 300,
      traits: { workload: true, dataBearing: false, irreversible: false },
      prune: head.prune,
      origin: manifest.origin,
    };
  };

  read: HostKind['read'] = async (key, reference, signal) => {
    const record = this.#find({ key, name: reference.id.name }, reference.uid);
    if (record === null) return this.#readLost(reference);
    const maxAgeMs = asFields(record.fields).probe?.periodMs ?? 0;
    const status = await lookAt(this.#looking, record, maxAgeMs, signal);
    const live: Live = {
      id: reference.id,
      uid: uidOf(record),
      fields: { ...record.fields, running: status.state !== 'due' },
      texts: {},
      status: status as unknown as Record<string, Json>,
      ...(status.state === 'due' ? { because: { running: howEnded(status.ended) } } : {}),
    };
    this.#supervisor.show(record.nonce, this.health(live).status);
    return { kind: 'present', live };
  };

  apply: HostKind['apply'] = async (effect) => {
    const resource = showResource(effect.id);
    const name = { key: effect.key, name: effect.id.name };
    try {
      await refuseTaken(
        this.#dependencies.claims,
        effect.desired.claims,
        effect.applicationUid,
        resource,
      );
      return await this.#exclusive(name, () => this.#apply(effect, name, resource));
    } catch (thrown) {
      throw hostError(thrown, `start ${resource}`, resource);
    }
  };

  remove: HostKind['remove'] = async (effect) => {
    const resource = showResource(effect.id);
    const name = { key: effect.key, name: effect.id.name };
    try {
      await this.#exclusive(name, () => this.#remove(effect, name, resource));
    } catch (thrown) {
      throw hostError(thrown, `stop ${resource}`, resource);
    }
  };

  health(live: Live): ReturnType<HostKind['health']> {
    if (live.status['state'] === undefined) {
      return { status: 'Degraded', message: 'runs, but its record is lost; it is started anew' };
    }
    return healthOf(live.status as unknown as ProcessStatus, asFields(live.fields).probe ?? null);
  }

  watchedPaths(): readonly string[] {
    return [];
  }

  async watch(key: InventoryKey, references: readonly Reference[]): Promise<void> {
    const ids = references.filter(({ id }) => id.kind === this.kind).map(({ id }) => id);
    this.#supervisor.watch(key, ids);
  }

  logs: NonNullable<HostKind['logs']> = (key, id, options) => {
    const record = this.#records.load({ key, name: id.name });
    if (record === null) return nothing();
    const { keep } = asFields(record.fields).log;
    return logLines(record.logFile, keep, options, this.#dependencies.clock);
  };

  close(): Promise<void> {
    return this.#supervisor.close();
  }

  /** The record of this name; else the one that was made under another name of the application. */
  #find(name: RecordName, uid: string | null): ProcessRecord | null {
    return this.#records.load(name) ?? (uid === null ? null : this.#records.find(uid));
  }

  /** A process that the inventory knows and whose record is gone: found by its nonce, so that no second one is started. */
  async #readLost(reference: Reference): ReturnType<HostKind['read']> {
    const nonce = nonceOf(reference.uid);
    if (nonce === null || reference.uid === null) return { kind: 'absent' };
    const [carrier] = await carriersOf(this.#dependencies.table, nonce);
    if (carrier === undefined) return { kind: 'absent' };
    const live = { id: reference.id, uid: reference.uid, fields: {}, texts: {}, status: {} };
    return { kind: 'present', live };
  }

  async #apply(effect: ApplyEffect, name: RecordName, resource: string): Promise<Applied> {
    const { table } = this.#dependencies;
    const { desired } = effect;
    const before = this.#find(name, effect.uid);
    const running = before === null ? null : await findRunning(table, before);
    if (before !== null && running !== null && sameJson(before.fields, desired.fields)) {
      // As wanted already: an effect whose answer was lost, sent again; or a start whose end was never recorded.
      if (before.process === null) await this.#replace(before, { ...before, process: running });
      return { uid: uidOf(before) };
    }
    const lost = before === null ? nonceOf(effect.uid) : null;
    const found = before === null ? null : uidOf(before);
    if (found !== effect.uid && lost === null) {
      throw preconditionFailed({
        message: `${resource} is not as planned: ${found === null ? 'it is not there' : 'another process has taken its place'}`,
        resource,
      });
    }
    if (before !== null && running !== null && canGoOn(before.fields, desired.fields)) {
      await effect.fence();
      effect.signal.throwIfAborted();
      const { fields, payload } = desired;
      await this.#replace(before, { ...before, ...name, process: running, fields, payload });
      return { uid: uidOf(before) };
    }
    const fields = asFields(desired.fields);
    const payload = asPayload(desired.payload);
    // Whatever can be found wrong is found before the old one is stopped.
    const launch = await prepareLaunch(this.#dependencies, fields, payload, resource, true);
    await this.#stop(effect, before, lost, resource);
    return this.#start(effect, name, before, launch, resource);
  }

  async #start(
    effect: ApplyEffect,
    name: RecordName,
    before: ProcessRecord | null,
    launch: Launch,
    resource: string,
  ): Promise<Applied> {
    const { clock, table, random } = this.#dependencies;
    const { fields, payload } = effect.desired;
    const logFile = this.#logFileOf(name, fields, before);
    const log = await openLog(logFile, asPayload(payload).limits, resource);
    try {
      const intent: ProcessRecord = {
        ...name,
        nonce: random.uuid(),
        bootId: table.bootId,
        fields,
        payload,
        logFile,
        logOffset: (await log.stat()).size,
        process: null,
        startedAtMs: clock.nowMs(),
        ended: null,
        failures: before !== null && sameJson(before.fields, fields) ? before.failures : 0,
      };
      await this.#replace(before, intent, async () => {
        await effect.fence();
        effect.signal.throwIfAborted();
      });
      let child;
      try {
        child = await launchProcess(launch, intent.nonce, log.fd, resource);
      } catch (thrown) {
        await this.#undo(before, intent);
        throw thrown;
      }
      const pid = child.pid ?? 0;
      const entry = await table.look(pid);
      // Ended and collected already: an identity that nothing has.
      const started = identityOf(table, entry ?? { pid, startTime: '' });
      const record = { ...intent, process: started };
      await this.#records.write(record);
      this.#supervisor.started(record, child);
      this.#supervisor.changed(name);
      return { uid: uidOf(record) };
    } finally {
      await log.close();
    }
  }

  /** Nothing was started: what was there before is there, only ended. */
  async #undo(before: ProcessRecord | null, intent: ProcessRecord): Promise<void> {
    if (before === null) {
      await this.#records.remove(intent);
      return;
    }
    const ended = before.ended ?? { code: null, signal: null, atMs: intent.startedAtMs };
    await this.#replace(intent, { ...before, ended });
  }

  async #remove(effect: Effect, name: RecordName, resource: string): Promise<void> {
    const record = this.#find(name, effect.uid);
    const lost = record === null ? nonceOf(effect.uid) : null;
    if (record !== null && uidOf(record) !== effect.uid) {
      throw preconditionFailed({
        message: `${resource} is not what was to be removed: another process has taken its place`,
        resource,
      });
    }
    await effect.fence();
    effect.signal.throwIfAborted();
    await this.#stop(effect, record, lost, resource);
    if (record === null) return;
    await this.#records.remove(record);
    const { log } = asFields(record.fields);
    if (log.file === undefined) await removeLog(record.logFile, log.keep);
    this.#supervisor.changed(record);
  }

  async #stop(
    effect: Effect,
    record: ProcessRecord | null,
    lost: string | null,
    resource: string,
  ): Promise<void> {
    const { table } = this.#dependencies;
    if (record !== null) {
      await stopProcess(this.#dependencies, record, asFields(record.fields).stop, effect, resource);
    } else if (lost !== null) {
      const carrier = { bootId: table.bootId, process: null, nonce: lost };
      const how = { signal: 'TERM', graceMs: 10_000 };
      await stopProcess(this.#dependencies, carrier, how, effect, resource);
    }
  }

  /** Writes a record; one under the application's former name goes. */
  async #replace(
    before: ProcessRecord | null,
    record: ProcessRecord,
    beforeCommit?: () => Promise<void>,
  ): Promise<void> {
    await this.#records.write(record, beforeCommit);
    if (before !== null && recordName(before) !== recordName(record))
      await this.#records.remove(before);
    this.#supervisor.changed(record);
  }

  #logFileOf(name: RecordName, wanted: JsonObject, before: ProcessRecord | null): string {
    const { file } = asFields(wanted).log;
    if (file !== undefined) return file;
    if (before !== null && asFields(before.fields).log.file === undefined) return before.logFile;
    const folder = join(this.#dependencies.stateDir, 'logs', keyName(name.key));
    return join(folder, `${encodeName(name.name)}.log`);
  }
}

async function* nothing(): AsyncIterable<string> {}
