import type { Json } from './json.ts';

/**
 * Stands in for a secret value wherever the value leaves render or apply. Two seals under the same key are
 * equal exactly when the values are, so plans can say "changed" without knowing what.
 */
export interface Sealed {
  readonly $sealed: { readonly keyId: string; readonly hmac: string };
}

/** Whether a value stands for a secret. */
export function isSealed(value: unknown): value is Sealed {
  return typeof value === 'object' && value !== null && '$sealed' in value;
}

/** Makes seals under the installation's current key. */
export interface Sealer {
  readonly keyId: string;
  seal(value: string | Uint8Array): Sealed & Json;
}

const redacted = '«secret»';

/**
 * A secret value in memory. It prints as «secret» everywhere; only `reveal()` gives the value, and only apply
 * may call that.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return redacted;
  }
}
