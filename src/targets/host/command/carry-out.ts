import type { InventoryKey } from '../../../model/inventory.ts';
import { preconditionFailed } from '../../errors.ts';
import type { Applied, ApplyEffect } from '../../target.ts';
import { commandFailed, commandInterrupted, commandNotEffective } from '../errors.ts';
import { call, describeEnd, prepareCall, quoteOutput } from './call.ts';
import type { CommandFields, CommandPayload, Surroundings } from './call.ts';
import { runCheckStrictly } from './check.ts';
import { endLeftover, idVariable } from './leftover.ts';
import type { LeftoverDependencies } from './leftover.ts';
import { isDone, uidOf } from './look.ts';
import type { LookDependencies } from './look.ts';
import type { CommandRecord } from './record.ts';

/** What running takes: a look before, and an end of what an earlier controller left running. */
export type CarryOutDependencies = LookDependencies & LeftoverDependencies;

/** Kept back from the time limit of an effect, so that a run that is too long is ended and told by us. */
const reserveMs = 2_000;

/**
 * Runs a command, unless it is done by now.
 * @throws FairleadError `host.command-failed`, `host.command-not-effective`, `host.check-unusable`, `host.command-busy`,
 *   `host.command-interrupted`, `host.start-failed`, `target.precondition-failed` …
 */
export async function carryOut(
  dependencies: CarryOutDependencies,
  effect: ApplyEffect,
  resource: string,
): Promise<Applied> {
  const { ledger, records, clock } = dependencies;
  const { key, desired, signal } = effect;
  const fields = desired.fields as unknown as CommandFields;
  const payload = desired.payload as unknown as CommandPayload;
  const uid = uidOf(desired.fields);
  const surroundings = await prepareCall(dependencies, fields, payload, resource, true);
  signal.throwIfAborted();

  const release = (await ledger.load(key))?.release ?? '';
  const last = records.load(key, desired.id.name);
  if (fields.check === undefined) {
    // An effect whose answer was lost, sent again.
    if (last !== null && isDone(last, desired) && last.release === release) return { uid };
    if (effect.uid !== null && last !== null && last.uid !== effect.uid) {
      throw preconditionFailed({
        message: `${resource} was run otherwise since it was planned`,
        resource,
      });
    }
  } else {
    const { check } = fields;
    const answer = await runCheckStrictly(
      dependencies,
      check,
      surroundings,
      payload,
      signal,
      resource,
    );
    if (answer.passed) return { uid, skipped: 'its check passes, so there was nothing to do' };
  }

  const mostMs = effect.timeoutMs - Math.min(reserveMs, effect.timeoutMs / 10);
  const timeoutMs = Math.min(payload.timeoutMs ?? mostMs, mostMs);
  if (last?.state === 'started') await endLeftover(dependencies, last, timeoutMs, resource);
  const begun: CommandRecord = {
    key,
    name: desired.id.name,
    id: idOf(key, desired.id.name, uid),
    uid,
    fields: desired.fields,
    release,
    state: 'started',
    startedAtMs: clock.nowMs(),
    output: '',
  };
  await records.write(begun, async () => {
    await effect.fence();
    signal.throwIfAborted();
  });
  let state: CommandRecord['state'] = 'failed';
  let output = '';
  try {
    const env = { [idVariable]: begun.id };
    const options = { timeoutMs, signal, env };
    const end = await call(dependencies, fields.run, surroundings, options, resource);
    output = end.output;
    if (end.kind !== 'exited' || end.code !== 0) {
      const make = end.kind === 'aborted' ? commandInterrupted : commandFailed;
      const message = `${resource} ${describeEnd(end, timeoutMs)}${quoteOutput(end)}`;
      throw make({ message, resource });
    }
    await confirm(dependencies, effect, surroundings, resource);
    state = 'done';
  } finally {
    await records.write({ ...begun, state, output });
  }
  return { uid };
}

/** @throws FairleadError where the check still finds something to do. */
async function confirm(
  dependencies: CarryOutDependencies,
  { desired, signal }: ApplyEffect,
  surroundings: Surroundings,
  resource: string,
): Promise<void> {
  const { check } = desired.fields as unknown as CommandFields;
  if (check === undefined) return;
  const payload = desired.payload as unknown as CommandPayload;
  const { passed, end } = await runCheckStrictly(
    dependencies,
    check,
    surroundings,
    payload,
    signal,
    resource,
  );
  if (passed) return;
  const code = end.kind === 'exited' ? end.code : '';
  throw commandNotEffective({
    message: `${resource} ran, yet its check still ends with code ${code}${quoteOutput(end)}`,
    resource,
  });
}

/** The same for every attempt at the same thing, so that a program can tell whether it was there before. */
function idOf({ application, environment }: InventoryKey, name: string, uid: string): string {
  return `${application}/${environment}/${name}/${uid.slice(-12)}`;
}
