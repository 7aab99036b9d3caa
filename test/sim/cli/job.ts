import type { TargetChoice } from '../run/schedule.ts';
import type { Violation } from '../judge/violation.ts';

/** What a worker is asked for: these schedules, one after the other. */
export interface Job {
  /** Play the scenarios first, until one breaks a rule. */
  readonly scenarios: boolean;
  readonly seeds: readonly number[];
  readonly target: TargetChoice;
  /** Play each of these seeds twice and compare. */
  readonly replayed: readonly number[];
  /** End with the first one that breaks a rule. */
  readonly untilBroken: boolean;
}

/** What became of one schedule. Plain data, so that it can cross threads. */
export interface Played {
  /** Its seed; a scenario has its name instead. */
  readonly seed: number | string;
  readonly violations: readonly Violation[];
  readonly hash: string;
  readonly turns: number;
  readonly effects: number;
}
