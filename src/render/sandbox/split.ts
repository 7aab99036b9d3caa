import type { Snapshot } from './snapshot.ts';
import { readSections, readUnsigned, sectionIds, writeSections } from './wasm-binary.ts';

/** The code of the module, and what its memory holds when an instance begins. */
export interface EngineParts {
  readonly code: Uint8Array<ArrayBuffer>;
  readonly state: Snapshot;
}

/**
 * Takes the start state out of the module. It is needed again and again, to put instances back; within the compiled
 * module it would lie a second time. It is in memory that threads share.
 */
export function splitModule(module: Uint8Array): EngineParts {
  const sections = readSections(module);
  const data = sections.find(({ id }) => id === sectionIds.data);
  if (data === undefined) throw new Error('the module has no start state');
  const rest = sections.filter(({ id }) => !isStateSection(id));
  const shared = new Uint8Array(new SharedArrayBuffer(data.content.length));
  shared.set(data.content);
  return { code: writeSections(module, rest), state: stateOf(shared) };
}

/** Whether a section goes with the start state. */
export function isStateSection(id: number): boolean {
  return id === sectionIds.data || id === sectionIds.dataCount;
}

/**
 * The start state in the content of a section, as `scripts/render/wasm-state.ts` writes it: stretches, each at a constant
 * address of the one memory.
 *
 * @param content In memory that threads share.
 */
export function stateOf(content: Uint8Array): Snapshot {
  const count = readUnsigned(content, 0);
  const stretches: { at: number; bytes: Uint8Array }[] = [];
  let next = count.end;
  for (let index = 0; index < count.value; index++) {
    // Flags and the instruction i32.const come first, and the instruction end after the address.
    const at = readUnsigned(content, next + 2);
    const size = readUnsigned(content, at.end + 1);
    next = size.end + size.value;
    stretches.push({ at: at.value, bytes: content.subarray(size.end, next) });
  }
  return { stretches };
}
