/** A copy of a memory without its empty pages. */
export interface Snapshot {
  readonly stretches: readonly {
    readonly at: number;
    readonly bytes: Uint8Array;
  }[];
}

const pageBytes = 4_096;
const zeros = Buffer.alloc(pageBytes);

export function takeSnapshot(memory: Uint8Array): Snapshot {
  const whole = Buffer.from(memory.buffer, memory.byteOffset, memory.length);
  const stretches: { at: number; bytes: Uint8Array }[] = [];
  let start = 0;
  for (let at = 0; at <= whole.length; at += pageBytes) {
    const end = Math.min(at + pageBytes, whole.length);
    const isEmpty = at >= whole.length || whole.compare(zeros, 0, end - at, at, end) === 0;
    if (!isEmpty) continue;
    if (start < at) stretches.push({ at: start, bytes: memory.slice(start, at) });
    start = end;
  }
  return { stretches };
}

/** Makes the memory what it was when the snapshot was taken. What lies beyond `memory` must be zero as it is. */
export function restoreSnapshot({ stretches }: Snapshot, memory: Uint8Array): void {
  let end = 0;
  for (const { at, bytes } of stretches) {
    memory.fill(0, end, at);
    memory.set(bytes, at);
    end = at + bytes.length;
  }
  memory.fill(0, end);
}
