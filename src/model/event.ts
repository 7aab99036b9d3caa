import type { JsonObject } from './json.ts';

/** Version of the envelope below. */
export const eventVersion = 1;

/** All types that Fairlead writes; readers ignore the ones they do not know. */
export type EventType =
  | 'source.updated'
  | 'source.imported'
  | 'source.held'
  | 'source.unreachable'
  | 'source.recovered'
  | 'config.accepted'
  | 'config.rejected'
  | 'application.state'
  | 'application.health'
  | 'application.removed'
  | 'application.rotated'
  | 'drift.detected'
  | 'plan.created'
  | 'plan.waiting'
  | 'plan.approved'
  | 'release.started'
  | 'release.step'
  | 'release.ended'
  | 'test.started'
  | 'test.ended'
  | 'hold.set'
  | 'hold.ended'
  | 'controller.started'
  | 'controller.stopped';

/** One thing that happened. `data` never holds a secret. */
export interface FairleadEvent {
  readonly v: typeof eventVersion;
  readonly id: string;
  /** Grows by one per event of an installation. */
  readonly seq: number;
  /** Wall clock, for display. */
  readonly atMs: number;
  readonly type: EventType;
  readonly application: string | null;
  readonly environment: string | null;
  readonly target: string | null;
  readonly release: string | null;
  readonly actor: string;
  /** One sentence for people. */
  readonly message: string;
  readonly data: JsonObject;
}
