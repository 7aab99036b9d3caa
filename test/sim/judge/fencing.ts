import { inventoryKey } from '../../../src/model/inventory.ts';
import type { Effect } from '../../../src/targets/target.ts';
import type { Place } from '../place/place.ts';
import type { Controller } from '../run/controller.ts';
import type { Book, Moment } from './book.ts';
import type { Rule } from './violation.ts';

/**
 * A writer whose record was overwritten makes no effect whose last look at the record came after that. Effects of
 * one release share their fence, which tells them from those of others.
 */
export class Fencing {
  readonly #book: Book;
  /** The write that announced the release of each fence. */
  readonly #announced = new WeakMap<Effect['fence'], number>();
  /** When each effect last looked. */
  readonly #looked = new WeakMap<Effect, Moment>();

  constructor(book: Book) {
    this.#book = book;
  }

  /** An effect is on its way. */
  begins(controller: Controller, place: Place, effect: Effect): void {
    if (this.#announced.has(effect.fence)) return;
    const key = inventoryKey(effect.key);
    this.#announced.set(effect.fence, this.#book.lastSave(place, key, controller));
  }

  looks(effect: Effect): void {
    this.#looked.set(effect, this.#book.now());
  }

  lands(
    place: Place,
    effect: Effect,
    at: string,
    report: (rule: Rule, message: string) => void,
  ): void {
    const announced = this.#announced.get(effect.fence) ?? 0;
    const looked = this.#looked.get(effect) ?? this.#book.now();
    const name = inventoryKey(effect.key);
    if (this.#book.wasSavedBetween(place, name, announced, looked))
      report(
        'fencing',
        `${at} at ${place.name} was touched for ${name} after another writer took over`,
      );
  }
}
