import type { Config } from '../../model/config.ts';
import type { SourceRevision } from '../../model/revision.ts';
import type { ConfigSnapshot, EnginePorts } from '../ports.ts';
import type { World } from '../world.ts';

/** Configurations that are kept; each is asked for on every look at what concerns it. */
const most = 8;

interface Kept {
  readonly commit: string;
  readonly before: Config | null;
  readonly snapshot: Promise<ConfigSnapshot | null>;
}

/** The configurations of commits that are not in force, no more or not yet: each is read once, however many ask. */
export class Configurations {
  readonly #loader: EnginePorts['loadConfig'];
  readonly #world: Pick<World, 'source'>;
  /** Asked for last goes last. */
  #kept: readonly Kept[] = [];

  constructor({ loadConfig }: Pick<EnginePorts, 'loadConfig'>, world: Pick<World, 'source'>) {
    this.#loader = loadConfig;
    this.#world = world;
  }

  /**
   * @param before What stays in force of it where the commit has an error; `null`: the commit is read by itself.
   * @returns `null`: it cannot be understood as a whole.
   * @throws FairleadError where it cannot be read now; it is asked for again next time.
   */
  async at(part: SourceRevision, before: Config | null): Promise<ConfigSnapshot | null> {
    const { commit } = part;
    const known = this.#kept.find((one) => one.commit === commit && one.before === before);
    const asked = known ?? { commit, before, snapshot: this.#load(part, before) };
    // What was read on top of a configuration that is in force no longer is not asked for again.
    const rest = this.#kept.filter(
      (one) => one !== asked && (one.before === null || before === null || one.before === before),
    );
    this.#kept = [...rest, asked].slice(-most);
    try {
      return await asked.snapshot;
    } catch (thrown) {
      this.#kept = this.#kept.filter((one) => one !== asked);
      throw thrown;
    }
  }

  async #load(part: SourceRevision, before: Config | null): Promise<ConfigSnapshot | null> {
    const loaded = await this.#loader.load(this.#world.source('').tree(part), before);
    if (loaded.ok) return loaded.value;
    if (loaded.error.class === 'input') return null;
    throw loaded.error;
  }
}
