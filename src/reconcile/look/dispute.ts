/** How often the second controller may answer in one go; each further time waits twice as long as the one before. */
const firstMs = 1_000;
const longestMs = 60_000;
/** Longer than two controllers need for a turn each that both wait as long as they may. */
const forgottenMs = 300_000;

/**
 * The record of an application that two controllers of one installation write in turn, each as its own commit says: one
 * lags behind, or cannot reach its repository. Nothing at the target tells them to stop, and each write wakes the other.
 * So who has answered waits before it looks at the next one, longer from turn to turn. What else is noticed waits for nothing.
 */
interface Dispute {
  /** Somebody else wrote the record, and nothing was written here since. */
  readonly isOpen: boolean;
  /** How often another's record was replaced here, one time soon after the other. */
  readonly turns: number;
  /** When that was last; monotonic milliseconds. */
  readonly lastMs: number;
}

/** Nobody else writes the record. */
export const noDispute: Dispute = { isOpen: false, turns: 0, lastMs: 0 };

/** Somebody else wrote the record. */
export function writtenByAnother(dispute: Dispute, nowMs: number): Dispute {
  const isOver = nowMs - dispute.lastMs > forgottenMs;
  return { ...(isOver ? noDispute : dispute), isOpen: true };
}

/** The record was written here; that it was ours before makes it no answer. */
export function writtenHere(dispute: Dispute, nowMs: number): Dispute {
  return dispute.isOpen ? { isOpen: false, turns: dispute.turns + 1, lastMs: nowMs } : dispute;
}

/** How long another's record may wait to be looked at, in milliseconds: 0, then from a second to a minute. */
export function patienceMs({ turns }: Dispute): number {
  return turns === 0 ? 0 : Math.min(firstMs * 2 ** (turns - 1), longestMs);
}
