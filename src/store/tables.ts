import type { Generated } from 'kysely';

/**
 * The tables as queries see them. They are no public interface: `body` columns hold the model's nouns as JSON,
 * the other columns are what is searched by. Times are `…_ms`; the migrations say the rest.
 */
export interface Tables {
  readonly settings: { readonly name: string; readonly body: string };
  readonly releases: {
    /** Place in history: given at the first put, kept by later ones. */
    readonly seq: Generated<number>;
    readonly id: string;
    readonly application: string;
    readonly environment: string;
    readonly outcome: string;
    /** The release without its steps. */
    readonly body: string;
  };
  readonly release_steps: {
    readonly release: string;
    readonly position: number;
    readonly body: string;
  };
  readonly approvals: {
    readonly seq: Generated<number>;
    readonly application: string;
    readonly environment: string;
    readonly digest: string;
    readonly approved_by: string;
    readonly at_ms: number;
    readonly expires_at_ms: number;
    readonly body: string;
  };
  /** `body` is the event without `seq`. */
  readonly events: { readonly seq: Generated<number>; readonly body: string };
}
