import { executePlan } from '../../src/apply/execute.ts';
import type { ExecuteInput, ExecuteOutcome } from '../../src/apply/execute.ts';
import { observe, referencesFor } from '../../src/apply/observe.ts';
import { plainWaits } from '../../src/apply/waits.ts';
import type { InventoryKey } from '../../src/model/inventory.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { JournalStep } from '../../src/model/release.ts';
import type { Desired } from '../../src/model/resource.ts';
import { unwrap } from '../../src/model/result.ts';
import { createPlan } from '../../src/plan/plan.ts';
import { systemClock } from '../../src/system/clock.ts';
import { sha256 } from '../../src/system/hasher.ts';
import type { Target } from '../../src/targets/target.ts';
import { policy, revision } from './resources.ts';

/** The application of these tests. */
export const key: InventoryKey = { application: 'shop', environment: 'dev' };

/** All that carrying a release out needs. */
type Prepared = Omit<ExecuteInput, 'onStep' | 'onVerifying'>;

/** Reads and plans at a real target: all that carrying out needs, every change of the plan approved. */
export async function prepareRelease(
  target: Target,
  desired: readonly Desired[],
  release = 'r1',
): Promise<Prepared> {
  const inventory = await target.ledger.load(key);
  const observations = await observe(target, key, referencesFor(desired, inventory));
  const { plan, forget, handedOver } = unwrap(
    createPlan({
      application: key.application,
      environment: key.environment,
      target: target.name,
      targetUid: target.uid,
      revision,
      desired,
      inventory,
      observations,
      policy: { ...policy, allowEmpty: true },
      hash: sha256,
    }),
  );
  return {
    clock: systemClock,
    waits: plainWaits(systemClock),
    hash: sha256,
    target,
    key,
    identity: {
      application: key.application,
      applicationUid: inventory?.applicationUid ?? 'app-1',
      environment: key.environment,
      installation: 'here',
      repository: 'file:///repository',
      release,
    },
    plan,
    forget,
    handedOver,
    desired,
    inventory,
    storedEpoch: inventory?.epoch ?? null,
    approved: approvedBy(plan),
    timeouts: { applyMs: 10_000, healthMs: 10_000 },
    holdKeys: [key],
    signal: new AbortController().signal,
  };
}

function approvedBy(plan: Plan): ReadonlySet<string> {
  return new Set(plan.changes.map((change) => change.digest));
}

interface Carried extends ExecuteOutcome {
  readonly steps: readonly JournalStep[];
}

/** Carries out what was prepared, and keeps its journal. */
export async function carryOutRelease(input: Prepared): Promise<Carried> {
  const steps: JournalStep[] = [];
  const outcome = await executePlan({
    ...input,
    onStep: (step) => steps.push(step),
    onVerifying: () => {},
  });
  return { ...outcome, steps };
}

/** Both in one. */
export async function release(target: Target, desired: readonly Desired[]): Promise<Carried> {
  return carryOutRelease(await prepareRelease(target, desired));
}

/** What became of each step, in a line. */
export const results = ({ steps }: Carried): readonly string[] =>
  steps.map((step) => `${step.action} ${step.resource.split('/').at(-1)} ${step.result}`);

/** What is on record, by name: whether it was made, or only announced. */
export async function madeAt(target: Target): Promise<Readonly<Record<string, boolean>>> {
  const entries = (await target.ledger.load(key))?.entries ?? [];
  return Object.fromEntries(entries.map((entry) => [entry.id.name, entry.uid !== null]));
}

/** A target with something that happens before or after each effect. */
export function around(
  parts: { readonly before?: () => Promise<void>; readonly after?: () => Promise<void> },
  inner: Target,
): Target {
  return {
    ...inner,
    apply: async (effect) => {
      await parts.before?.();
      const applied = await inner.apply(effect);
      await parts.after?.();
      return applied;
    },
    remove: async (effect) => {
      await parts.before?.();
      await inner.remove(effect);
      await parts.after?.();
    },
  };
}
