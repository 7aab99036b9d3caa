import type { World } from '../run/world.ts';
import type { Chance } from '../world/random.ts';

/** Something that happens to the world in a schedule: a commit, a fault, a person's order. */
export interface Operation {
  readonly name: string;
  /** How often it is chosen, relative to others. */
  readonly weight: number;
  /** @returns what was done, in words for people; `null` where there was nothing to do it to. */
  run(world: World, dice: Chance): string | null;
}
