import type { MessagePort } from 'node:worker_threads';
import type { Lookup } from '../../model/cluster.ts';
import type { Json } from '../../model/json.ts';
import type { EngineModule } from './module.ts';

/** What an engine is asked for. The members mean what `engines/render/protocol.go` says. */
export type EngineRequest =
  | { readonly op: 'versions' | 'vocabulary' }
  | {
      readonly op: 'kustomize';
      readonly path: string;
      readonly capabilities: Capabilities;
      readonly lookups?: readonly LookupAnswer[];
    }
  | {
      readonly op: 'helm';
      readonly helm: HelmRequest;
      readonly lookups?: readonly LookupAnswer[];
    };

/** What charts are told about the cluster. */
export interface Capabilities {
  /** As `1.36` or `v1.36.2`; empty: the version that the engine was made for. */
  readonly kubeVersion: string;
  /** Versions of APIs beside those that every cluster has, as `monitoring.coreos.com/v1`. */
  readonly apiVersions: readonly string[];
  /** All that a real cluster has, in place of those that the engine knows. */
  readonly served?: readonly string[];
}

interface HelmRequest extends Capabilities {
  /** Folder or archive; paths are absolute, `/` being the root of the tree. */
  readonly chart: string;
  readonly releaseName: string;
  readonly namespace: string;
  readonly valuesFiles: readonly string[];
  readonly values: Json;
  readonly skipCRDs: boolean;
  readonly skipTests: boolean;
}

/** What an engine answers. */
export interface EngineResponse {
  readonly protocol: number;
  readonly versions?: Readonly<Record<string, string>>;
  readonly documents?: readonly EngineDocument[];
  readonly warnings?: readonly string[];
  /** Text of the chart's NOTES.txt. */
  readonly notes?: string;
  /** What templates asked the cluster for, answered or not. */
  readonly lookups?: readonly Lookup[];
  readonly vocabulary?: Vocabulary;
  /** Whether the result may depend on `Capabilities`. */
  readonly usesCapabilities?: boolean;
  /** Whether the instance must forget this render before the next one. */
  readonly spent?: boolean;
  readonly error?: EngineFault;
}

/** One object of a result, in the order of the engine. */
export interface EngineDocument {
  /** The template it came from, as `web/templates/deployment.yaml`; absent where the engine does not know. */
  readonly source?: string;
  readonly object: Json;
}

/** What is there of something that a template asked for; what is not among the answers is not there. */
export interface LookupAnswer extends Lookup {
  /** The object, or for a list one with `items`; `null`: there is none. */
  readonly object: Json;
  /** Why the project may not see it; the render fails with this. */
  readonly refused?: string;
}

/** The names that the engines know. */
export interface Vocabulary {
  /** Fields of a kustomization, as `patches.path`. */
  readonly kustomization: readonly string[];
  /** Functions of templates. */
  readonly functions: readonly string[];
}

/** Why there is no result. `faultOf` makes an error of it. */
export interface EngineFault {
  /** Stable: what the host matches on. */
  readonly kind:
    | 'input'
    | 'remote'
    | 'remote-chart'
    | 'missing-dependency'
    | 'plugin'
    | 'lookup'
    | 'too-large'
    | 'host'
    | 'panic'
    | 'internal'
    | 'bad-request';
  readonly message: string;
  /** What was refused: an address, a plug-in, a chart. */
  readonly about?: string;
}

/** What an engine can ask about a path, and its number in the module. */
export const questions = ['kind', 'content', 'members', 'real'] as const;
/** One of `questions`. */
export type Question = (typeof questions)[number];

/**
 * The answer to a question: for `kind` whether something is there, for `content` a file's bytes, for `members` a
 * folder's (`1name` a file, `2name` a folder, each ended by a zero byte), for `real` the path without links.
 * `null`: there is no such thing. `failed`: it could not be read; the render fails.
 */
export type Answer =
  | { readonly kind: 'absent' | 'file' | 'folder' }
  | { readonly bytes: Uint8Array | null }
  | { readonly failed: true };

/** The files that one render sees. Never throws for what cannot be read: it keeps the reason and answers `failed`. */
export interface EngineFiles {
  ask(question: Question, path: string): Promise<Answer>;
  /** Answers to what will probably be asked, so that the engine need not wait for each. */
  foresee(): Promise<readonly Foreseen[]>;
  /** Told which of them were used, by their index. */
  use(index: number): void;
}

/** An answer that is given before the question. What it says is only taken down as read once the engine has used it. */
export interface Foreseen {
  readonly question: Question;
  readonly path: string;
  readonly answer: Answer;
}

/** What a worker is started with. */
export interface WorkerStart {
  /** Counts answers, so that the worker can sleep until one is there. */
  readonly signal: SharedArrayBuffer;
  /** Brings the answers; the worker can read it while it waits. */
  readonly answers: MessagePort;
}

/** To a worker before its first job. */
export interface WorkerEngine {
  readonly engine: EngineModule;
}

/** From the pool to a worker. */
export interface WorkerJob {
  readonly request: string;
  /** Wall clock that the engine sees. */
  readonly clockMs: number;
  /** 32 bytes that all randomness follows from. */
  readonly entropy: Uint8Array;
  /** What must be forgotten of what the instance remembers: of earlier renders, or also of another project. */
  readonly forget: 'nothing' | 'renders' | 'project';
  readonly foreseen: readonly Foreseen[];
}

/** From a worker to the pool. */
export type WorkerMessage =
  /** The instance is there, and the render begins; by then the thread has computed for `computedMs`. */
  | { readonly kind: 'began'; readonly computedMs: number }
  | { readonly kind: 'ask'; readonly question: Question; readonly path: string }
  | {
      readonly kind: 'done';
      readonly response: Uint8Array;
      readonly memoryBytes: number;
      /** Whether the instance must forget this render before the next one. */
      readonly spent: boolean;
      /** Indices of the foreseen answers that were used. */
      readonly used: readonly number[];
    }
  /** The instance is broken: a trap or an exit, with its last words. */
  | { readonly kind: 'trapped'; readonly said: string };
