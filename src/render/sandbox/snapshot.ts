/** A copy of a memory without its empty pages. */
export interface Snapshot {
  readonly stretches: readonly {
    readonly at: number;
    readonly bytes: Uint8Array;
  }[];
}

/** The same for a memory that was never written to: its empty pages stay what they are, and the system need not give them. */
export function putSnapshot({ stretches }: Snapshot, memory: Uint8Array): void {
  for (const { at, bytes } of stretches) memory.set(bytes, at);
}

/**
 * Makes the memory what it was when the snapshot was taken. What lies beyond `memory` must be zero as it is.
 * @param from Leaves alone what lies before it. Default 0.
 */
export function restoreSnapshot({ stretches }: Snapshot, memory: Uint8Array, from = 0): void {
  let end = from;
  for (const { at, bytes } of stretches) {
    if (at + bytes.length <= from) continue;
    const first = Math.max(at, from);
    memory.fill(0, end, first);
    memory.set(bytes.subarray(first - at), first);
    end = at + bytes.length;
  }
  memory.fill(0, end);
}
