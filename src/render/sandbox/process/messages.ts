import type { ErrorRecord } from '../../../model/error.ts';
import type { Answer, Foreseen, Question } from '../protocol.ts';
import type { SandboxJob } from '../sandbox.ts';

/** What the process is told when it starts, as JSON in its first argument. */
export interface ProcessStart {
  readonly cacheDirectory: string | null;
  /** Most threads; absent: the default of a pool. */
  readonly maxWorkers?: number;
}

/** To the process. */
export type ToProcess =
  | {
      readonly kind: 'render';
      readonly id: number;
      readonly job: Omit<SandboxJob, 'files'>;
      readonly foreseen: readonly Foreseen[];
    }
  | { readonly kind: 'answer'; readonly ask: number; readonly answer: Answer };

/** From the process. */
export type FromProcess =
  | {
      readonly kind: 'ask';
      /** Of the render. */
      readonly id: number;
      /** Of the question. */
      readonly ask: number;
      readonly question: Question;
      readonly path: string;
    }
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly result:
        | { readonly ok: true; readonly value: Uint8Array }
        | { readonly ok: false; readonly error: ErrorRecord };
      /** Indices of the foreseen answers that were used. */
      readonly used: readonly number[];
    };
