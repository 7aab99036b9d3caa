import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import { numberInexact } from '../errors.ts';
import { InexactNumber, parseExactJson } from './exact-json.ts';
import type { EngineFiles, EngineRequest, EngineResponse } from './protocol.ts';

/** One render: what is asked, and all that it may see. */
export interface SandboxJob {
  readonly request: EngineRequest;
  readonly files: EngineFiles;
  /** Renders of another project find nothing of this one's in memory. */
  readonly project: string;
  /** It draws on the runtime's generator of chance, so the instance starts from the same state for it. Default false. */
  readonly startsAnew?: boolean;
  /** Wall clock that templates see. */
  readonly clockMs: number;
  /** 32 bytes that all that templates draw at random follows from. */
  readonly entropy: Uint8Array;
  /** What it may compute, in milliseconds of a processor; waiting is not counted. */
  readonly timeoutMs: number;
  /** What is rendered, for errors. */
  readonly resource: string;
}

/** Runs the engines apart from this process's files, network and memory. */
export interface Sandbox extends AsyncDisposable {
  /** Gives what the engine answers, or why there is no answer; a render that goes wrong concerns no other. */
  render(job: SandboxJob): Promise<Result<EngineResponse>>;
  /** Begins to start, because something will be rendered soon; what goes wrong with that the render will tell. */
  foresee(): void;
  /** Threads or processes that are there now. */
  readonly workers: number;
}

/** A sandbox that gives the engine's answer as it is: the JSON of an `EngineResponse`. */
export interface RawSandbox extends AsyncDisposable {
  render(job: SandboxJob): Promise<Result<Uint8Array>>;
  foresee(): void;
  readonly workers: number;
}

/** Reads the answers of a sandbox. A number that cannot be kept exactly is `render.number-inexact`, as a value. */
export function readResponses(raw: RawSandbox): Sandbox {
  return {
    render: async (job) => {
      const answer = await raw.render(job);
      return answer.ok ? responseOf(answer.value, job.resource) : answer;
    },
    foresee: () => raw.foresee(),
    get workers() {
      return raw.workers;
    },
    [Symbol.asyncDispose]: () => raw[Symbol.asyncDispose](),
  };
}

function responseOf(bytes: Uint8Array, resource: string): Result<EngineResponse> {
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    // The engine is ours, and of the version that this was written for.
    return success(parseExactJson(text) as EngineResponse);
  } catch (thrown) {
    if (!(thrown instanceof InexactNumber)) throw thrown;
    const message = `${resource}: the number ${thrown.message} has more digits than can be kept`;
    return failure(numberInexact({ message, resource }));
  }
}
