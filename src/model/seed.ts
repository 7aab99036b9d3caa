/** What templates take for the time, and what they draw at random: the same for every render of a generation. */
export interface Seed {
  /** Wall clock. */
  readonly clockMs: number;
  /** 32 bytes that nobody can guess. */
  readonly entropy: Uint8Array;
}

/** What a seed follows from, beside the secret of the installation. Kept in the inventory, so that it outlives all else. */
export interface SeedId {
  /** Name of the application when it was released first; a new name draws nothing new. */
  readonly name: string;
  readonly environment: string;
  /** Grows by one with each `rotate`. */
  readonly generation: number;
  /** What templates take for the time; `null`: when the installation was made. */
  readonly clockMs: number | null;
}

/** Gives the seed. */
export type SeedOf = (id: SeedId) => Seed;
