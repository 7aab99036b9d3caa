import { randomBytes, randomUUID } from 'node:crypto';

/** Chance as an argument, so that a seeded run can repeat. */
export interface Random {
  /** A number in [0, 1). */
  fraction(): number;
  /** A version 4 UUID. */
  uuid(): string;
}

/** The machine's generator. */
export const systemRandom: Random = {
  fraction: () => randomBytes(4).readUInt32LE() / 2 ** 32,
  uuid: () => randomUUID(),
};
