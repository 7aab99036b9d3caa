import { parseResourceKey, resourceKey, showResource } from '../../model/resource.ts';
import type { LogOptions } from '../../targets/target.ts';
import type { Engine } from '../engine.ts';
import { logsUnsupported } from '../errors.ts';
import { targetsOf } from './orders.ts';
import type { ApplicationRuntime } from '../runtime.ts';

/** Output of an application's processes, or of one of its resources, line by line. */
export async function* logsOf(
  engine: Engine,
  runtime: ApplicationRuntime,
  request: { readonly resource: string | null; readonly tail: number; readonly follow: boolean },
  signal: AbortSignal,
): AsyncIterable<{ readonly resource: string; readonly line: string }> {
  const options: LogOptions = { tail: request.tail, follow: request.follow, signal };
  const streams: AsyncIterable<{ resource: string; line: string }>[] = [];
  for (const target of await targetsOf(engine, runtime)) {
    for (const view of runtime.seen.resources) {
      const name = showResource(view.id);
      if (view.target !== target.name || target.logs === undefined) continue;
      const isMeant =
        request.resource === null
          ? (target.loggedKinds ?? ['Process']).includes(view.id.kind)
          : request.resource === name;
      if (!isMeant) continue;
      streams.push(
        label(target.logs(runtime.key, parseResourceKey(resourceKey(view.id)), options), name),
      );
    }
  }
  if (streams.length === 0) {
    throw logsUnsupported({
      message: `${request.resource ?? runtime.id} has no output to show`,
      resource: runtime.id,
    });
  }
  yield* merge(streams);
}

async function* label(
  lines: AsyncIterable<string>,
  resource: string,
): AsyncIterable<{ resource: string; line: string }> {
  for await (const line of lines) yield { resource, line };
}

/** Lines of several streams as they come. */
async function* merge<T>(streams: readonly AsyncIterable<T>[]): AsyncIterable<T> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  const pull = async (at: number): Promise<{ at: number; result: IteratorResult<T> }> => {
    const iterator = iterators[at];
    if (iterator === undefined) throw new Error('no such stream');
    return { at, result: await iterator.next() };
  };
  const pending = new Map(iterators.map((_iterator, at) => [at, pull(at)]));
  while (pending.size > 0) {
    const { at, result } = await Promise.race(pending.values());
    if (result.done === true) pending.delete(at);
    else {
      pending.set(at, pull(at));
      yield result.value;
    }
  }
}
