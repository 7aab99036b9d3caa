import { randomFillSync, randomUUID } from 'node:crypto';

/** Chance as an argument, so that a seeded run can repeat. */
export interface Random {
  /** A number in [0, 1). */
  fraction(): number;
  /** A version 4 UUID. */
  uuid(): string;
}

/** Drawn together: asking the generator costs the same for one as for all. */
const drawn = new Uint32Array(64);
let used = drawn.length;

/** The machine's generator. */
export const systemRandom: Random = {
  fraction: () => {
    if (used === drawn.length) {
      randomFillSync(drawn);
      used = 0;
    }
    return (drawn[used++] ?? 0) / 2 ** 32;
  },
  uuid: () => randomUUID(),
};
