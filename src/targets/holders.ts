import { inventoryKey } from '../model/inventory.ts';
import type { InventoryKey } from '../model/inventory.ts';

interface Held<Holder> {
  /** The record that says so. */
  readonly name: string;
  readonly holder: Holder;
  /** Whether it says so of what was made, not only of what was going to be. */
  readonly isMade: boolean;
}

/**
 * Who holds what, by the records that name it. Of two that name the same, one that has made it counts more than one that
 * was only going to (two applications announced it, and one came first); else (a rename handed over half-way) the one known
 * first. When that lets go, the other one holds it: nothing that is in a record is ever free.
 */
export class Holders<Claim, Holder> {
  readonly #first = new Map<Claim, Held<Holder>>();
  /** Who else names it, in the order they became known; mostly nobody. */
  readonly #others = new Map<Claim, readonly Held<Holder>[]>();
  readonly #claims = new Map<string, readonly Claim[]>();

  holder(claim: Claim): Holder | null {
    return this.#first.get(claim)?.holder ?? null;
  }

  /**
   * All that a record names now. What it has named already keeps its turn.
   * @param announced what of it nothing was made of yet; default: all was made
   */
  put(
    name: string,
    holder: Holder,
    claims: readonly Claim[],
    announced: ReadonlySet<Claim> = new Set(),
  ): void {
    const now = new Set(claims);
    for (const claim of this.#claims.get(name) ?? []) if (!now.has(claim)) this.#letGo(name, claim);
    const made = { name, holder, isMade: true };
    const meant = { name, holder, isMade: false };
    for (const claim of now) this.#hold(announced.has(claim) ? meant : made, claim);
    this.#claims.set(name, claims);
  }

  drop(name: string): void {
    for (const claim of new Set(this.#claims.get(name))) this.#letGo(name, claim);
    this.#claims.delete(name);
  }

  #hold(held: Held<Holder>, claim: Claim): void {
    const first = this.#first.get(claim);
    if (first === undefined) {
      this.#first.set(claim, held);
      return;
    }
    const others = this.#others.get(claim);
    if (others === undefined && first.name === held.name) {
      this.#first.set(claim, held);
      return;
    }
    const known = [first, ...(others ?? [])];
    const isKnown = known.some(({ name }) => name === held.name);
    this.#order(
      claim,
      isKnown ? known.map((one) => (one.name === held.name ? held : one)) : [...known, held],
    );
  }

  /** Who has made it comes first, else who was known first. */
  #order(claim: Claim, known: readonly Held<Holder>[]): void {
    const first = known.find(({ isMade }) => isMade) ?? known[0];
    const others = known.filter((one) => one !== first);
    if (first === undefined) this.#first.delete(claim);
    else this.#first.set(claim, first);
    if (others.length === 0) this.#others.delete(claim);
    else this.#others.set(claim, others);
  }

  #letGo(name: string, claim: Claim): void {
    const first = this.#first.get(claim);
    if (first === undefined) return;
    const known = [first, ...(this.#others.get(claim) ?? [])];
    this.#order(
      claim,
      known.filter((one) => one.name !== name),
    );
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
