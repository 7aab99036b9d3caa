import type { Inventory, InventoryKey } from '../../../src/model/inventory.ts';
import type { ApplyEffect, Effect } from '../../../src/targets/target.ts';
import type { Place, Thing } from '../place/place.ts';
import type { Controller } from '../run/controller.ts';
import type { Machine } from '../run/machine.ts';
import type { World } from '../run/world.ts';
import type { Rule, Violation } from './violation.ts';

/** Looks at what is done, not at what the engine says of it. */
export class Judge {
  readonly #world: World;
  readonly canaries: string[] = [];
  readonly violations: Violation[] = [];
  /** Effects so far, on all targets. */
  effects = 0;
  /** Writes of inventories so far. */
  records = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Whether there is nothing more to find out. */
  get isDecided(): boolean {
    return this.violations.length > 0;
  }

  report(rule: Rule, message: string): void {
    const { scheduler, trace } = this.#world;
    trace.add(`VIOLATION ${rule}: ${message}`);
    this.violations.push({ rule, message, atMs: scheduler.nowMs });
  }

  onStart(_controller: Controller, _machine: Machine): void {}

  onAccepted(_controller: Controller, _source: string, _commit: string): void {}

  onText(where: string, text: string): void {
    for (const canary of this.canaries)
      if (text.includes(canary)) this.report('secret-leaked', `a secret stands in the ${where}`);
  }

  onBug(_controller: Controller, text: string): void {
    this.report('bug', text);
  }

  onInventory(
    _machine: Machine,
    _place: Place,
    _key: InventoryKey,
    inventory: Inventory | null,
  ): void {
    this.records += 1;
    if (inventory !== null) this.onText('inventory', JSON.stringify(inventory));
  }

  onFence(_machine: Machine, _place: Place, _effect: Effect): void {}

  onEffect(
    machine: Machine,
    place: Place,
    effect: Effect | ApplyEffect,
    before: Thing | null,
    after: Thing | null,
  ): void {
    this.effects += 1;
    const what = after === null ? 'removed' : before === null ? 'made' : 'changed';
    const at = (after ?? before)?.at ?? '';
    this.#world.trace.add(
      `${machine.process.name} ${what} ${at} at ${place.name}: ${after?.spec.value ?? ''}`,
    );
  }
}
