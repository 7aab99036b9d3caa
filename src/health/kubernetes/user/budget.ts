/** Steps that one evaluation of a user's rule may take. A rule for the largest real objects takes a few thousand. */
const maxSteps = 50_000;
/** Longest text that a rule may make, in UTF-16 code units. */
const maxTextLength = 1_000_000;
/** Longest source of a rule, in UTF-16 code units. */
export const maxSourceLength = 16_384;
/** Most values in an object that a rule is asked about; etcd takes no object above 1.5 MB. */
export const maxValues = 50_000;
/** How deep an object that a rule is asked about may be nested. */
export const maxNesting = 64;

/** Counts what an evaluation costs. A rule that costs too much ends, whatever it does, so that it delays nobody. */
export class Budget {
  #left = maxSteps;
  readonly #weights = new WeakMap<object, number>();

  /** @throws BudgetSpent once all steps are used, and on every call after that. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new BudgetSpent();
  }

  /** Charges for a new text, which costs memory and the time to copy it. */
  spendText(length: number): void {
    if (length > maxTextLength) {
      this.#left = -1;
      throw new BudgetSpent();
    }
    this.spend(1 + Math.ceil(length / 256));
  }

  /** Remembers how many values there are in a list or map of the object, all levels counted. */
  weigh(value: object, weight: number): void {
    this.#weights.set(value, weight);
  }

  /** Charges for looking through a value whole: searching a text or a list, comparing it with another. */
  spendLook(value: unknown): void {
    if (typeof value === 'string') this.spend(Math.ceil(value.length / 64));
    else if (typeof value === 'object' && value !== null) {
      const items = Array.isArray(value) ? value.length : 1;
      this.spend(Math.ceil((this.#weights.get(value) ?? items * 8) / 16));
    }
  }

  get isSpent(): boolean {
    return this.#left < 0;
  }
}

/** A rule of a user computed more than one judgement may cost. */
export class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent';

  constructor() {
    super(`it takes more than ${maxSteps} steps or makes too long a text`);
  }
}
