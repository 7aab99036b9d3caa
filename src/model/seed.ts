/** What templates take for the time, and what they draw at random: the same for every render of a generation. */
export interface Seed {
  /** Wall clock. */
  readonly clockMs: number;
  /** 32 bytes that nobody can guess. */
  readonly entropy: Uint8Array;
}

/** Gives the seed of an application in an environment. */
export type SeedOf = (application: string, environment: string) => Seed;
