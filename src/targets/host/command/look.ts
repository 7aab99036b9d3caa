import type { InventoryKey } from '../../../model/inventory.ts';
import type { JsonObject } from '../../../model/json.ts';
import { resourceKey, showResource } from '../../../model/resource.ts';
import type { Desired, Observation } from '../../../model/resource.ts';
import type { Ledger, Reference } from '../../target.ts';
import { contentDigest } from '../file/content.ts';
import { canonicalJson } from '../../../model/json.ts';
import { prepareCall } from './call.ts';
import type { CallDependencies, CommandFields, CommandPayload } from './call.ts';
import { isStartFailed, runCheck } from './check.ts';
import type { Looking } from '../kind.ts';
import type { CommandRecord, CommandRecords } from './record.ts';

/** What a look at a command takes: the last run as it is written down, and what its release recorded. */
export interface LookDependencies extends CallDependencies {
  readonly ledger: Pick<Ledger, 'load'>;
  readonly records: CommandRecords;
}

/** Identity of what a command does: the same whenever and however often it runs. */
export function uidOf(fields: JsonObject): string {
  return `command:${contentDigest(canonicalJson(fields))}`;
}

/**
 * Present: done as wanted, or done as worded before, which shows as a difference. Absent: to be run.
 * @throws FairleadError `host.check-unusable` and what else keeps a check from answering.
 */
export async function lookAtCommand(
  dependencies: LookDependencies,
  key: InventoryKey,
  reference: Reference,
  { signal, runNothing }: Pick<Looking, 'signal' | 'runNothing'>,
): Promise<Observation> {
  const { ledger, records } = dependencies;
  const { id, desired } = reference;
  if (desired === null) {
    const live = { id, uid: reference.uid ?? '', fields: {}, texts: {}, status: {} };
    return { kind: 'present', live: { ...live, stays: 'what it did stays as it is' } };
  }
  const inventory = await ledger.load(key);
  const record = records.load(key, id.name);
  const entry = inventory?.entries.find((item) => resourceKey(item.id) === resourceKey(id));
  const isOfThisRelease = entry !== undefined && record?.release === inventory?.release;
  const { check } = desired.fields as unknown as CommandFields;
  if (check !== undefined && runNothing) {
    const { id: of, fields } = desired;
    const live = { id: of, uid: uidOf(fields), fields, texts: {}, status: {}, unasked: true };
    return { kind: 'present', live };
  }
  if (check !== undefined) {
    // Right after the run, its release waits for health: the check has passed already.
    const hasJustPassed =
      reference.uid === null && isOfThisRelease && record !== null && isDone(record, desired);
    return hasJustPassed || (await passes(dependencies, check, desired, signal))
      ? done(desired, desired.fields)
      : { kind: 'absent' };
  }
  // What its release knows counts more than what is written down: that follows at the end of the release.
  const recorded = reference.uid ?? reference.recorded?.uid ?? entry?.uid ?? null;
  if (record === null) {
    // It ran under another name of the application.
    return recorded === uidOf(desired.fields) ? done(desired, desired.fields) : { kind: 'absent' };
  }
  // Otherwise the record is older than the inventory: the command had left the source, and has come back.
  const isCurrent = recorded === record.uid || isOfThisRelease;
  return record.state === 'done' && isCurrent ? done(desired, record.fields) : { kind: 'absent' };
}

/** Whether its last run was of the same wording, environment and folder, and ended well. */
export function isDone(record: CommandRecord, desired: Desired): boolean {
  return record.state === 'done' && record.uid === uidOf(desired.fields);
}

function done({ id, fields: wanted }: Desired, fields: JsonObject): Observation {
  const uid = uidOf(fields);
  const status = { current: uid === uidOf(wanted) };
  return { kind: 'present', live: { id, uid, fields, texts: {}, status } };
}

/**
 * Asks the check. A folder or a program that is named by its path and is not there is a no: the application may be about
 * to make it, or to heal it. Before anything is run, the check is asked again, and then must be able to answer.
 */
async function passes(
  dependencies: LookDependencies,
  check: readonly string[],
  desired: Desired,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const resource = showResource(desired.id);
  const fields = desired.fields as unknown as CommandFields;
  const payload = desired.payload as unknown as CommandPayload;
  try {
    const surroundings = await prepareCall(dependencies, fields, payload, resource, false);
    const answer = await runCheck(dependencies, check, surroundings, payload, signal, resource);
    return answer.passed;
  } catch (thrown) {
    if (isStartFailed(thrown)) return false;
    const cause = thrown instanceof Error ? thrown.cause : undefined;
    if (isStartFailed(cause) && check[0]?.includes('/') === true) return false;
    throw thrown;
  }
}
