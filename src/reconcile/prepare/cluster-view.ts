import type { ClusterCapabilities, Lookup, LookupResult } from '../../model/cluster.ts';
import { toFairleadError } from '../../model/error.ts';
import type { FairleadError } from '../../model/error.ts';
import type { RenderParameters, Rendered } from '../../render/renderer.ts';
import type { PrepareScope, Target } from '../../targets/target.ts';

/** What a rendered set depends on at a target, beside what was read in the source. */
export interface ClusterSeen {
  /** Capabilities as text; `null`: they were not read. */
  readonly capabilities: string | null;
  /** Whether something was looked up, which may be another thing each time. */
  readonly lookedUp: boolean;
}

/** A target as charts see it. */
export interface ClusterView {
  readonly parameters: Pick<RenderParameters, 'capabilities' | 'lookUp'>;
  /** What stood in the way of asking it. */
  readonly error: FairleadError | null;
}

/** Asks a target what charts may want to know. What cannot be asked matters only to a chart that wants to know it. */
export async function viewCluster(target: Target, scope: PrepareScope): Promise<ClusterView> {
  const lookUp = async (lookup: Lookup): Promise<LookupResult> =>
    (await target.lookUp?.(lookup, scope)) ?? { kind: 'found', object: null };
  const looking = target.lookUp === undefined ? {} : { lookUp };
  try {
    const capabilities = await target.capabilities?.();
    const known = capabilities === undefined ? {} : { capabilities };
    return { parameters: { ...known, ...looking }, error: null };
  } catch (thrown) {
    return { parameters: looking, error: toFairleadError(thrown) };
  }
}

/** What a set that was rendered for a target has seen of it. */
export function seenOf(rendered: Rendered, view: ClusterView): ClusterSeen {
  const { capabilities } = view.parameters;
  return {
    capabilities: rendered.usesCapabilities === true ? textOf(capabilities) : null,
    lookedUp: view.parameters.lookUp !== undefined && (rendered.lookups ?? []).length > 0,
  };
}

/** Whether what was prepared is still right as far as the targets themselves go. */
export async function seesTheSame(
  prepared: { readonly seen: ReadonlyMap<string, ClusterSeen> },
  targets: readonly Target[],
): Promise<boolean> {
  for (const target of targets) {
    const seen = prepared.seen.get(target.name);
    if (seen === undefined) continue;
    if (seen.lookedUp) return false;
    if (seen.capabilities === null) continue;
    try {
      if (textOf(await target.capabilities?.()) !== seen.capabilities) return false;
    } catch {
      return false;
    }
  }
  return true;
}

function textOf(capabilities: ClusterCapabilities | undefined): string {
  return capabilities === undefined ? '' : JSON.stringify(capabilities);
}
