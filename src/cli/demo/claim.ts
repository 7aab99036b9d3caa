import { oneLine } from '../terminal/width.ts';

/** Something that the demo says, and how to find out from the live thing itself whether it is so. */
export interface Claim {
  /** One line, said as a fact. */
  readonly says: string;
  /** Looks at the live thing. What it throws counts as seen, too. */
  readonly look: () => Promise<string>;
  /** What must be seen: exactly this, or something like it. */
  readonly expected: string | RegExp;
}

/** A claim that did not hold: what was expected and what was seen last. */
export class NotSo extends Error {
  override readonly name = 'NotSo';
  readonly expected: string;
  readonly seen: string;

  constructor(says: string, expected: string, seen: string) {
    super(says);
    this.expected = expected;
    this.seen = seen;
  }
}

interface CheckOptions {
  /** How long it may take to come true. `0`: it must be true at the first look. Default 10 000. */
  readonly withinMs?: number | undefined;
  readonly signal: AbortSignal;
}

const pauseMs = 10;

/**
 * Looks until the claim is true.
 * @returns how long that took, in milliseconds.
 * @throws NotSo when it does not come true in time; the reason of `signal`.
 */
export async function check(claim: Claim, options: CheckOptions): Promise<number> {
  const { signal, withinMs = 10_000 } = options;
  const began = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const seen = await looked(claim);
    const tookMs = performance.now() - began;
    if (isMet(claim.expected, seen)) return tookMs;
    if (tookMs >= withinMs) {
      const expected = typeof claim.expected === 'string' ? claim.expected : String(claim.expected);
      throw new NotSo(claim.says, expected, oneLine(seen).slice(0, 500));
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function looked(claim: Claim): Promise<string> {
  try {
    return await claim.look();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function isMet(expected: string | RegExp, seen: string): boolean {
  return typeof expected === 'string' ? seen === expected : expected.test(seen);
}
