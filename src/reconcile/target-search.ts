import type { Clock } from '../system/clock.ts';
import type { EngineLog } from './ports.ts';
import { Timetable } from './timetable.ts';

/** The one entry of the timetable. */
const allTargets = 'all targets';

export interface TargetSearchOptions {
  readonly clock: Clock;
  readonly log: EngineLog;
  readonly everyMs: number;
  readonly search: () => Promise<void>;
}

/**
 * Looks for inventories that nobody here knows: what a controller left that came back late, or what was out of reach
 * when the configuration was read. As seldom as everything else is looked at from scratch.
 */
export class TargetSearch {
  readonly #options: TargetSearchOptions;
  readonly #timetable: Timetable;
  #stopped = false;

  constructor(options: TargetSearchOptions) {
    this.#options = options;
    this.#timetable = new Timetable(options.clock, () => void this.#once());
  }

  /** The first is due after `everyMs`. */
  start(): void {
    if (!this.#stopped) this.#timetable.put(allTargets, this.#options.everyMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#timetable.clear();
  }

  async #once(): Promise<void> {
    try {
      if (!this.#stopped) await this.#options.search();
    } catch (thrown) {
      this.#options.log.error('the targets could not be searched', { error: String(thrown) });
    }
    this.start();
  }
}
