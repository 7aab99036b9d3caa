import type { ErrorRecord } from '../../model/error.ts';
import type { InventoryKey } from '../../model/inventory.ts';
import { inventoryKey } from '../../model/inventory.ts';
import type { JsonObject } from '../../model/json.ts';
import type { RunContext } from './context.ts';
import type { ApplicationRuntime } from '../runtime.ts';

/**
 * What the store keeps of an application because nothing else tells it after a restart: what was given up, so that a command
 * that failed for good is not run again by every start; for which failures what is to run then has run, for the same reason;
 * and that a person wants it to leave without its hooks, so that somebody else can still agree to that.
 */
interface Remembered {
  readonly givenUp: {
    readonly error: ErrorRecord;
    readonly changes: readonly string[];
    readonly wish: string;
  } | null;
  readonly withoutHooks: boolean;
  /** See `PastReleases.failuresSeenTo`. */
  readonly failuresSeenTo?: readonly (readonly [target: string, digest: string])[];
}

function settingOf(key: InventoryKey): string {
  return `application ${inventoryKey(key)}`;
}

/** Nobody has this name any more. */
export async function forgetRuntime(
  { journal, ports }: Pick<RunContext, 'journal' | 'ports'>,
  key: InventoryKey,
): Promise<void> {
  if ((await ports.store.setting(settingOf(key))) === null) return;
  await journal.putSetting(settingOf(key), null);
}

/** Fills in what an earlier controller knew; asks the store once. @throws FairleadError `store.…` */
export async function recallRuntime(
  { ports }: Pick<RunContext, 'ports'>,
  runtime: ApplicationRuntime,
): Promise<void> {
  if (isRecalled(runtime)) return;
  const kept = await ports.store.setting(settingOf(runtime.key));
  // Somebody else asked at the same time, and may have gone on since.
  if (isRecalled(runtime)) return;
  runtime.stored = kept === null ? null : JSON.stringify(kept);
  if (kept === null) return;
  const { givenUp, withoutHooks, failuresSeenTo = [] } = kept as unknown as Remembered;
  for (const [target, digest] of failuresSeenTo) runtime.releases.seeTo(target, digest);
  runtime.agenda.leaveWithoutHooks(withoutHooks);
  runtime.attempts.recall(givenUp && { ...givenUp, changes: new Set(givenUp.changes) });
}

function isRecalled({ stored }: ApplicationRuntime): boolean {
  return stored !== undefined;
}

/** Keeps it, where it has changed; where the store cannot write, with the next look. */
export async function rememberRuntime(
  { journal, looking, ports }: Pick<RunContext, 'journal' | 'looking' | 'ports'>,
  runtime: ApplicationRuntime,
): Promise<void> {
  if (looking() || runtime.stored === undefined) return;
  const { givenUp } = runtime.attempts;
  const { withoutHooks } = runtime.agenda;
  const { failuresSeenTo } = runtime.releases;
  const hasNothing = givenUp === null && !withoutHooks && failuresSeenTo.size === 0;
  if (runtime.stored === null && hasNothing) return;
  const kept: Remembered | null = hasNothing
    ? null
    : {
        givenUp: givenUp && { ...givenUp, changes: [...givenUp.changes] },
        withoutHooks,
        ...(failuresSeenTo.size > 0 && { failuresSeenTo: [...failuresSeenTo] }),
      };
  const text = kept && JSON.stringify(kept);
  if (text === runtime.stored) return;
  try {
    await journal.putSetting(settingOf(runtime.key), kept as JsonObject | null);
    runtime.stored = text;
  } catch (thrown) {
    ports.log.warn('what is known of an application could not be kept yet', {
      application: runtime.id,
      error: String(thrown),
    });
  }
}
