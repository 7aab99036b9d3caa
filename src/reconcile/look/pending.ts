import type { Hold } from '../../model/inventory.ts';
import type { PlanSet } from '../../model/plan.ts';

/** A plan that waits for a person, and why. */
interface Waiting {
  readonly digest: string;
  readonly reason: string;
}

/** What of an application is planned and not carried out, and what stands in its way. */
export class Pending {
  #plan: PlanSet | null = null;
  #waiting: Waiting | null = null;
  #waitsFor: readonly string[] = [];
  #hold: Hold | null = null;
  #outdated: string | null = null;

  /** `null`: there is nothing to do. */
  get plan(): PlanSet | null {
    return this.#plan;
  }

  /** `null`: no person is waited for. */
  get waiting(): Waiting | null {
    return this.#waiting;
  }

  /** Sentences: what has to come first. */
  get waitsFor(): readonly string[] {
    return this.#waitsFor;
  }

  get hold(): Hold | null {
    return this.#hold;
  }

  /** Why what is live is left alone until its sources have answered, see `outdatedReason`; `null`: it is not. */
  get outdated(): string | null {
    return this.#outdated;
  }

  planned(plan: PlanSet): void {
    this.#plan = plan;
  }

  /** @returns whether that plan did not wait before. */
  wait(waiting: Waiting | null): boolean {
    const isNew = this.#waiting?.digest !== waiting?.digest;
    this.#waiting = waiting;
    return isNew;
  }

  waitFor(others: readonly string[]): void {
    this.#waitsFor = others;
  }

  heldBy(hold: Hold | null): void {
    this.#hold = hold;
  }

  leftAlone(outdated: string | null): void {
    this.#outdated = outdated;
  }

  /** Nothing is planned, and nothing waited for. */
  clear(): void {
    this.#plan = null;
    this.#waiting = null;
    this.#waitsFor = [];
  }
}
