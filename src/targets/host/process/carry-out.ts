import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../../model/json.ts';
import { sameJson } from '../../../model/json.ts';
import type { Clock } from '../../../system/clock.ts';
import type { ProcessTable } from '../../../system/processes.ts';
import type { Random } from '../../../system/random.ts';
import { preconditionFailed } from '../../errors.ts';
import type { Applied, ApplyEffect, Effect } from '../../target.ts';
import { encodeName, keyName } from '../ledger/names.ts';
import { asFields, asPayload, canGoOn } from './fields.ts';
import { launchProcess, prepareLaunch } from './launch.ts';
import type { Launch, LaunchDependencies } from './launch.ts';
import { makeLeash, takeName } from './leash.ts';
import { findRunning, identityOf } from './living.ts';
import { openLog, removeLog } from './log-file.ts';
import { isAnswered } from './port-holder.ts';
import { nonceOf, recordName, uidOf } from './record.ts';
import type { ProcessRecord, ProcessRecords, RecordName } from './record.ts';
import { failuresAfter } from './restart.ts';
import { stopProcess } from './stop.ts';
import type { Supervisor } from './supervisor.ts';

/** What starting and ending processes takes. */
export interface CarryOutDependencies extends LaunchDependencies {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly table: ProcessTable;
  readonly random: Random;
  readonly records: ProcessRecords;
  readonly supervisor: Supervisor;
}

/** One thing to do to the process of one record, while nobody else changes it. */
export interface Task<E extends Effect> {
  readonly effect: E;
  readonly name: RecordName;
  /** The record of this name, or the one with the effect's UID under a former name of the application. */
  readonly before: ProcessRecord | null;
  /** `Process/web`, for messages. */
  readonly resource: string;
}

/**
 * Starts, restarts or lets go on. Whatever can be found wrong is found before an old process is stopped.
 * @throws FairleadError `target.precondition-failed`, `host.start-failed`, `host.stop-failed` …
 */
export async function carryOut(
  dependencies: CarryOutDependencies,
  task: Task<ApplyEffect>,
): Promise<Applied> {
  const { effect, name, before, resource } = task;
  const { fields, payload } = effect.desired;
  const running = before === null ? null : await findRunning(dependencies.table, before);
  if (before !== null && running !== null && sameJson(before.fields, fields)) {
    // As wanted already: an effect whose answer was lost, sent again; or a start whose end was never recorded.
    if (before.process === null) await settle(dependencies, before, { process: running });
    return { uid: uidOf(before) };
  }
  refuseOther(task);
  if (before !== null && running !== null && canGoOn(before.fields, fields)) {
    await touch(effect);
    await settle(dependencies, before, { ...name, process: running, fields, payload });
    return { uid: uidOf(before) };
  }
  const launch = await prepareLaunch(
    dependencies,
    asFields(fields),
    asPayload(payload),
    resource,
    true,
  );
  await stop(dependencies, task);
  return start(dependencies, task, launch);
}

/** Ends a process and forgets it. Its log goes, too, unless the manifest said where it is. */
export async function clearAway(
  dependencies: CarryOutDependencies,
  task: Task<Effect>,
): Promise<void> {
  const { records, supervisor } = dependencies;
  const { effect, before } = task;
  if (before !== null) refuseOther(task);
  await touch(effect);
  await stop(dependencies, task);
  if (before === null) return;
  await records.remove(before);
  await records.removeBeside(before);
  const { log } = asFields(before.fields);
  if (log.file === undefined) await removeLog(before.logFile, log.keep);
  supervisor.changed(before);
}

/** Writes a record; one under the application's former name goes. */
export async function replace(
  { records }: Pick<CarryOutDependencies, 'records'>,
  before: ProcessRecord | null,
  record: ProcessRecord,
  beforeCommit?: () => Promise<void>,
): Promise<void> {
  await records.write(record, beforeCommit);
  if (before !== null && recordName(before) !== recordName(record)) await records.remove(before);
}

/** Writes what is new about a process that goes on. */
async function settle(
  dependencies: CarryOutDependencies,
  before: ProcessRecord,
  news: Partial<ProcessRecord>,
): Promise<void> {
  const record = { ...before, ...news };
  await replace(dependencies, before, record);
  dependencies.supervisor.changed(record);
}

function refuseOther({ effect, before, resource }: Task<Effect>): void {
  const found = before === null ? null : uidOf(before);
  // A process whose record is lost has its nonce in the UID that the inventory kept.
  if (found === effect.uid || (before === null && nonceOf(effect.uid) !== null)) return;
  const what = found === null ? 'it is not there' : 'another process has taken its place';
  throw preconditionFailed({ message: `${resource} is not as planned: ${what}`, resource });
}

async function start(
  dependencies: CarryOutDependencies,
  { effect, name, before, resource }: Task<ApplyEffect>,
  launch: Launch,
): Promise<Applied> {
  const { clock, table, random, records, supervisor } = dependencies;
  const { fields, payload } = effect.desired;
  const logFile = logFileOf(dependencies.stateDir, name, fields, before);
  // Limits are for the place that the manifest names; the default one is our own.
  const limits = asFields(fields).log.file === undefined ? [] : asPayload(payload).limits;
  await touch(effect);
  const log = await openLog(logFile, limits, effect, resource);
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
      failures: failuresBefore(dependencies, before, fields),
      portTaken: await isAnswered(asFields(fields).probe),
    };
    await replace(dependencies, before, intent, () => touch(effect));
    if (before !== null) await records.removeBeside(before);
    let child;
    try {
      child = await launchWith(dependencies, launch, intent, log.fd, resource);
    } catch (thrown) {
      await undo(dependencies, before, intent);
      throw thrown;
    }
    const pid = child.pid ?? 0;
    const entry = await table.look(pid);
    // Ended and collected already: an identity that nothing has.
    const record = { ...intent, process: identityOf(table, entry ?? { pid, startTime: '' }) };
    supervisor.started(record, child);
    await records.write(record);
    supervisor.changed(record);
    return { uid: uidOf(record) };
  } finally {
    await log.close();
  }
}

/** Ends in a row of what is started once more; one that nobody has written down yet counts, too. */
function failuresBefore(
  { records, table, clock }: CarryOutDependencies,
  before: ProcessRecord | null,
  fields: JsonObject,
): number {
  if (before === null || !sameJson(before.fields, fields)) return 0;
  if (before.ended !== null || before.bootId !== table.bootId) return before.failures;
  const unseen = { code: null, signal: null, atMs: clock.nowMs() };
  return failuresAfter(before, records.endOf(before) ?? unseen);
}

async function launchWith(
  { records }: CarryOutDependencies,
  launch: Launch,
  intent: ProcessRecord,
  log: number,
  resource: string,
): ReturnType<typeof launchProcess> {
  const leashPath = records.leashFile(intent);
  const leash = await makeLeash(leashPath);
  let exit: FileHandle | null = null;
  try {
    if (launch.witnessed) {
      const { O_WRONLY, O_CREAT, O_EXCL } = constants;
      exit = await open(records.exitFile(intent), O_WRONLY | O_CREAT | O_EXCL, 0o600);
    }
    const files = { log, leash: leash.fd, exit: exit?.fd ?? null };
    return await launchProcess(launch, intent.nonce, files, resource);
  } finally {
    await exit?.close();
    await leash.close();
    await takeName(leashPath);
  }
}

/** Nothing was started: what was there before is there, only ended. */
async function undo(
  dependencies: CarryOutDependencies,
  before: ProcessRecord | null,
  intent: ProcessRecord,
): Promise<void> {
  await dependencies.records.removeBeside(intent);
  if (before === null) {
    await dependencies.records.remove(intent);
    return;
  }
  const ended = before.ended ?? { code: null, signal: null, atMs: intent.startedAtMs };
  await replace(dependencies, intent, { ...before, ended });
}

async function stop(
  dependencies: CarryOutDependencies,
  { effect, before, resource }: Task<Effect>,
): Promise<void> {
  if (before !== null) {
    await stopProcess(dependencies, before, asFields(before.fields).stop, effect, resource);
    return;
  }
  const nonce = nonceOf(effect.uid);
  if (nonce === null) return;
  const lost = { bootId: dependencies.table.bootId, process: null, nonce };
  await stopProcess(dependencies, lost, { signal: 'TERM', graceMs: 10_000 }, effect, resource);
}

/** Right before the world is touched. */
async function touch({ fence, signal }: Effect): Promise<void> {
  await fence();
  signal.throwIfAborted();
}

/** The default log stays where it is when its application gets another name. */
function logFileOf(
  stateDir: string,
  { key, name }: RecordName,
  wanted: JsonObject,
  before: ProcessRecord | null,
): string {
  const { file } = asFields(wanted).log;
  if (file !== undefined) return file;
  if (before !== null && asFields(before.fields).log.file === undefined) return before.logFile;
  return join(stateDir, 'logs', keyName(key), `${encodeName(name)}.log`);
}
