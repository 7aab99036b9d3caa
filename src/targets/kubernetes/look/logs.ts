import type { LogOptions } from '../../target.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import { branch, objects, text } from '../object/reading.ts';
import { podsOf } from './pods-of.ts';

interface Stream {
  readonly pod: KubeObject;
  readonly container: string;
}

/** Pods whose output is shown; more would be no reading. */
const maxPods = 20;

/** Output of the pods that an object runs, line by line; several containers are told apart by a prefix. */
export async function* logsOf(
  client: KubernetesClient,
  object: KubeObject,
  options: LogOptions,
): AsyncIterable<string> {
  const pods = await podsOf(
    client,
    object,
    options.signal === undefined ? {} : { signal: options.signal },
  );
  const streams = pods.slice(0, maxPods).flatMap(containersOf);
  const isSeveral = streams.length > 1;
  const linesOf = async function* ({ pod, container }: Stream): AsyncGenerator<string> {
    const { namespace = '', name } = pod.metadata;
    const lines = client.logs(
      { namespace, name },
      {
        container,
        follow: options.follow,
        tailLines: options.tail,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
    );
    const prefix = isSeveral ? `${name} ${container}: ` : '';
    for await (const line of lines) yield `${prefix}${line}`;
  };
  const sources = streams.map(linesOf);
  if (options.follow) yield* merge(sources);
  // Not followed, one after the other reads better than mixed.
  else for (const source of sources) yield* source;
}

/** Containers that have begun; others have no output yet, and asking for it would be refused. */
function containersOf(pod: KubeObject): readonly Stream[] {
  const status = branch(pod['status']);
  const states = [
    ...objects(status['initContainerStatuses']),
    ...objects(status['containerStatuses']),
  ];
  return states
    .filter((state) => branch(state['state'])['waiting'] === undefined)
    .map((state) => ({ pod, container: text(state['name']) }));
}

/** Lines of several streams as they come. */
async function* merge(streams: readonly AsyncGenerator<string>[]): AsyncIterable<string> {
  const pull = async (at: number, stream: AsyncGenerator<string>) => ({
    at,
    stream,
    result: await stream.next(),
  });
  const pending = new Map(streams.map((stream, at) => [at, pull(at, stream)]));
  while (pending.size > 0) {
    const { at, stream, result } = await Promise.race(pending.values());
    if (result.done === true) pending.delete(at);
    else {
      pending.set(at, pull(at, stream));
      yield result.value;
    }
  }
}
