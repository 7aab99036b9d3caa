import { showLookup } from '../../model/cluster.ts';
import type { Lookup } from '../../model/cluster.ts';
import { FairleadError } from '../../model/error.ts';
import { failure } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import { lookupEndless } from '../errors.ts';
import type { RenderParameters } from '../renderer.ts';
import type { EngineRequest, EngineResponse, LookupAnswer } from './protocol.ts';

/** Most renders for the sake of what the one before looked up: what is found may make a template look further. */
const maxRounds = 5;
/** Most things that one render may look up. */
const maxLookups = 200;

type LookingRequest = Exclude<EngineRequest, { readonly op: 'versions' | 'vocabulary' }>;

/**
 * Renders, and where templates looked something up in the cluster, asks for that and renders again: the engine cannot
 * wait for an answer while it runs.
 */
export async function answerLookups(
  { lookUp }: Pick<RenderParameters, 'lookUp'>,
  request: LookingRequest,
  render: (request: LookingRequest) => Promise<Result<EngineResponse>>,
): Promise<Result<EngineResponse>> {
  const known = new Map<string, LookupAnswer>();
  for (let round = 0; round <= maxRounds; round++) {
    const lookups = [...known.values()];
    const response = await render({ ...request, lookups });
    if (!response.ok || lookUp === undefined) return response;
    const open = (response.value.lookups ?? []).filter((one) => !known.has(showLookup(one)));
    // What went wrong for want of an answer may be well with it.
    if (open.length === 0) return response;
    if (known.size + open.length > maxLookups) break;
    try {
      for (const one of open) known.set(showLookup(one), await answerOf(one, lookUp));
    } catch (thrown) {
      if (thrown instanceof FairleadError) return failure(thrown);
      throw thrown;
    }
  }
  const message = `templates look up more and more: ${[...known.keys()].slice(-3).join(', ')} …`;
  return failure(lookupEndless({ message, resource: [...known.keys()].at(-1) ?? '' }));
}

async function answerOf(
  lookup: Lookup,
  lookUp: NonNullable<RenderParameters['lookUp']>,
): Promise<LookupAnswer> {
  const result = await lookUp(lookup);
  if (result.kind === 'found') return { ...lookup, object: result.object };
  return { ...lookup, object: null, refused: result.reason };
}
