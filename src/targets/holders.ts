import { inventoryKey } from '../model/inventory.ts';
import type { InventoryKey } from '../model/inventory.ts';

interface Held<Holder> {
  /** The record that says so. */
  readonly name: string;
  readonly holder: Holder;
}

/**
 * Who holds what, by the records that name it. Of two that name the same (a rename handed over half-way), the one known
 * first counts; when that lets go, the other one holds it: nothing that is in a record is ever free.
 */
export class Holders<Claim, Holder> {
  readonly #first = new Map<Claim, Held<Holder>>();
  /** Who else names it, in the order they became known; mostly nobody. */
  readonly #others = new Map<Claim, readonly Held<Holder>[]>();
  readonly #claims = new Map<string, readonly Claim[]>();

  holder(claim: Claim): Holder | null {
    return this.#first.get(claim)?.holder ?? null;
  }

  /** All that a record names now. What it has named already keeps its turn. */
  put(name: string, holder: Holder, claims: readonly Claim[]): void {
    const now = new Set(claims);
    for (const claim of this.#claims.get(name) ?? []) if (!now.has(claim)) this.#letGo(name, claim);
    const held = { name, holder };
    for (const claim of now) this.#hold(held, claim);
    this.#claims.set(name, claims);
  }

  drop(name: string): void {
    for (const claim of new Set(this.#claims.get(name))) this.#letGo(name, claim);
    this.#claims.delete(name);
  }

  #hold(held: Held<Holder>, claim: Claim): void {
    const first = this.#first.get(claim);
    if (first === undefined || first.name === held.name) {
      this.#first.set(claim, held);
      return;
    }
    const others = this.#others.get(claim) ?? [];
    const isKnown = others.some(({ name }) => name === held.name);
    this.#others.set(
      claim,
      isKnown
        ? others.map((other) => (other.name === held.name ? held : other))
        : [...others, held],
    );
  }

  #letGo(name: string, claim: Claim): void {
    const others = this.#others.get(claim) ?? [];
    const [next, ...rest] = others;
    let left: readonly Held<Holder>[] = rest;
    if (this.#first.get(claim)?.name !== name) left = others.filter((other) => other.name !== name);
    else if (next === undefined) this.#first.delete(claim);
    else this.#first.set(claim, next);
    if (left.length === 0) this.#others.delete(claim);
    else this.#others.set(claim, left);
  }
}

/** Whether the holder of a claim gives up what it is on, for this application to have. */
export function isGivenTo(
  key: InventoryKey,
  { given }: { readonly given?: ReadonlyMap<string, string> },
  claim: string,
): boolean {
  return given?.get(claim) === inventoryKey(key);
}
