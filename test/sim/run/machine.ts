import type { Clock } from '../../../src/system/clock.ts';
import type { Faults } from '../world/faults.ts';
import type { Chance } from '../world/random.ts';
import type { Process } from '../world/scheduler.ts';

/** What fake I/O knows of the controller process that calls it. */
export interface Machine {
  readonly process: Process;
  readonly clock: Clock;
  readonly faults: Faults;
  /** Chance of everything in the world but the order of turns. */
  readonly chance: Chance;
  /** Takes a turn, and time if asked to. Never resolves for a process that has ended. */
  io(what: string, options?: { readonly latencyMs?: number }): Promise<void>;
  /** Whether a fault of this probability strikes now. */
  hits(probability: number): boolean;
  /** A place where the process may be told to die; never resolves if it does. */
  mayCrash(point: CrashPoint): Promise<void>;
  onAccepted(commit: string): void;
  /** Git has answered. */
  onRead(): void;
}

/** Where a process can be killed to the instant. */
export type CrashPoint =
  | 'before-effect'
  | 'after-effect'
  | 'before-ledger'
  | 'after-ledger'
  | 'before-store'
  | 'after-store'
  /** Of a request to a cluster, whatever it is. */
  | 'before-request'
  | 'after-request';

export const crashPoints: readonly CrashPoint[] = [
  'before-effect',
  'after-effect',
  'before-ledger',
  'after-ledger',
  'before-store',
  'after-store',
];
