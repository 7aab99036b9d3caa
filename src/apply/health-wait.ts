import type { FairleadError } from '../model/error.ts';
import { errorFromRecord } from '../model/error.ts';
import type { InventoryEntry, InventoryKey } from '../model/inventory.ts';
import { resourceKey, showResource } from '../model/resource.ts';
import type { Desired, Live, ResourceKey } from '../model/resource.ts';
import type { Health } from '../model/status.ts';
import { diffFields } from '../plan/field-diff.ts';
import { placeOf } from '../plan/place.ts';
import type { Clock } from '../system/clock.ts';
import { preconditionFailed } from '../targets/errors.ts';
import type { Target } from '../targets/target.ts';
import { healthMissed, superseded } from './errors.ts';
import { observe } from './observe.ts';
import type { Waits } from './waits.ts';

/** How long something may be degraded before waiting for it is given up, where its target does not say: long enough to ride out one bad probe. */
const degradedGraceMs = 2_000;
const firstPauseMs = 25;
const longestPauseMs = 1_000;

/** What is to become healthy, and how long that may take. */
interface HealthWait {
  readonly clock: Clock;
  readonly waits: Waits;
  readonly target: Target;
  readonly key: InventoryKey;
  readonly resources: readonly Desired[];
  /** What is known of each at the target: as it was just made, or as the inventory has it. */
  readonly recorded: (item: Desired) => InventoryEntry | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called after each look, the last one included. */
  readonly onWaiting?: (seen: Awaited) => void;
}

/** What waiting for health has just seen. */
export interface Awaited {
  /** The worst of it: "shop/Deployment/web is Progressing: …"; empty where all is healthy. */
  readonly sentence: string;
  /** Health by resource. */
  readonly healths: ReadonlyMap<ResourceKey, Health>;
}

interface Worst {
  readonly item: Desired;
  readonly health: Health;
  readonly rank: number;
}

/** What was seen of the resources once they were all healthy. */
interface Reached {
  /** Place → UID. */
  readonly uids: ReadonlyMap<string, string>;
}

/**
 * Waits until every resource is there and `Healthy` (or `Suspended`, which is a wish).
 * @returns the error that names the one that is not, when time is up or it is plainly broken; or why it could not
 *   be looked at, that somebody else has changed it, or that something newer is to be released.
 * @throws what reading throws, also when `signal` aborts.
 */
export async function awaitHealth(wait: HealthWait): Promise<Reached | FairleadError> {
  const { clock, waits, target, key, resources, signal } = wait;
  const deadlineMs = clock.monotonicMs() + wait.timeoutMs;
  const references = new Map(
    resources.map((item) => {
      const { id, locator } = item;
      const recorded = wait.recorded(item);
      return [placeOf(item), { id, locator, uid: null, desired: item, recorded }];
    }),
  );
  const degradedSinceMs = new Map<string, number>();
  const graceMs = (item: Desired): number =>
    Math.min(target.patienceMs?.(item.id) ?? degradedGraceMs, wait.timeoutMs);
  /** One look; `null`: not decided yet. */
  const look = async (): Promise<Reached | FairleadError | null> => {
    const observations = await observe(target, key, references, signal);
    const uids = new Map<string, string>();
    const healths = new Map<ResourceKey, Health>();
    const nowMs = clock.monotonicMs();
    let worst: Worst | null = null;
    let broken: Worst | null = null;
    for (const item of resources) {
      const observation = observations.get(placeOf(item));
      if (observation?.kind === 'unreadable') return errorFromRecord(observation.error);
      if (observation?.kind === 'present' && isChanged(item, observation.live)) {
        // However well that is, it says nothing of what was released.
        return preconditionFailed({
          message: `${showResource(item.id)} was changed by somebody else before it was known to work`,
          resource: showResource(item.id),
        });
      }
      const health: Health =
        observation?.kind === 'present'
          ? target.health(observation.live, item)
          : { status: 'Missing', message: 'is gone right after it was made' };
      if (observation?.kind === 'present') uids.set(placeOf(item), observation.live.uid);
      healths.set(resourceKey(item.id), health);
      const rank = severity(health);
      if (rank > 0 && (worst === null || rank > worst.rank)) worst = { item, health, rank };
      if (rank < 2) {
        degradedSinceMs.delete(placeOf(item));
        continue;
      }
      const sinceMs = degradedSinceMs.get(placeOf(item)) ?? nowMs;
      degradedSinceMs.set(placeOf(item), sinceMs);
      if (nowMs - sinceMs >= graceMs(item)) broken ??= { item, health, rank };
    }
    wait.onWaiting?.({ sentence: worst === null ? '' : sentenceOf(worst), healths });
    if (worst === null) return { uids };
    const news = waits.superseded();
    if (news !== null) {
      return superseded({
        message: `${news} before ${sentenceOf(worst)}`,
        resource: showResource(worst.item.id),
      });
    }
    if (broken === null && nowMs < deadlineMs) return null;
    const blamed = broken ?? worst;
    return healthMissed({
      message: sentenceOf(await explained(wait, blamed)),
      resource: showResource(blamed.item.id),
    });
  };
  const first = await look();
  if (first !== null) return first;
  return waits.aside(async () => {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      const leftMs = Math.max(1, deadlineMs - clock.monotonicMs());
      await waits.pause(Math.min(pauseMs, leftMs), signal);
      signal.throwIfAborted();
      const next = await look();
      if (next !== null) return next;
    }
  });
}

/** What the target can tell beyond what it knew, now that it is final. */
async function explained({ target, key, signal }: HealthWait, worst: Worst): Promise<Worst> {
  const health = await target.explain?.(key, worst.item.id, signal).catch(() => null);
  return health == null || health.status !== worst.health.status ? worst : { ...worst, health };
}

function sentenceOf({ item, health }: Worst): string {
  return `${showResource(item.id)} is ${health.status}: ${health.message}`;
}

/** Whether somebody has changed it since; what moves on by itself is a matter of health. */
function isChanged(item: Desired, live: Live): boolean {
  return diffFields(item.fields, live.fields, null).some(
    ({ path }) => live.because?.[path] === undefined,
  );
}

/** 0 fine, 1 may still come, 2 broken. */
function severity(health: Health): number {
  switch (health.status) {
    case 'Healthy':
    case 'Suspended':
      return 0;
    case 'Progressing':
    case 'Unknown':
      return 1;
    case 'Missing':
    case 'Degraded':
      return 2;
  }
}
