import type { ReleaseTrigger } from '../model/release.ts';
import { showSourceRevision } from '../model/revision.ts';
import type { SourceRevision } from '../model/revision.ts';
import type { Source } from '../source/source.ts';
import type { Journal } from './journal/journal.ts';
import { updateRoster } from './roster.ts';
import type { Rostered } from './roster.ts';
import type { PathIndex } from './schedule/path-index.ts';

/** What of the engine an intake works on. */
interface Fed extends Rostered {
  readonly journal: Journal;
  readonly paths: PathIndex;
}

interface IntakeOptions {
  readonly engine: Fed;
  /** Asks for a look at what something has come for, as one batch. */
  readonly enqueue: (ids: ReadonlySet<string>, trigger: ReleaseTrigger) => void;
  /** Another configuration is in force, with its sources, targets and applications. */
  readonly onConfigured: () => void;
}

/**
 * Takes over what sources have moved to: the configuration where it has changed, and a look at each application that is
 * concerned. One after the other: two sources that move at once must not read the roster in the middle of a change.
 */
export class Intake {
  readonly #engine: Fed;
  readonly #enqueue: IntakeOptions['enqueue'];
  readonly #onConfigured: () => void;
  /** By source: the commit that was taken over last. */
  readonly #taken = new Map<string, string>();
  #turn: Promise<void> = Promise.resolve();

  constructor({ engine, enqueue, onConfigured }: IntakeOptions) {
    this.#engine = engine;
    this.#enqueue = enqueue;
    this.#onConfigured = onConfigured;
  }

  /** Whether anything of a source was taken over. */
  hasTaken(source: string): boolean {
    return this.#taken.has(source);
  }

  /** Does what reads or writes the roster when nobody else does. */
  async inTurn(body: () => Promise<unknown>): Promise<void> {
    const turn = this.#turn.then(async () => void (await body()));
    this.#turn = turn.catch(() => {});
    await turn;
  }

  /** A source is at another revision, or it is to be tried again to read its configuration. */
  async take(source: Source, revision: SourceRevision): Promise<void> {
    await this.inTurn(async () => this.#take(source, revision));
  }

  /** Takes over what the configuration's repository serves without asking the network. */
  async takeServed(): Promise<void> {
    const source = this.#engine.world.source('');
    const { current } = source.status();
    if (current !== null) await this.take(source, current);
  }

  /** What another installation released and no configuration names any more is ours now, too. */
  async claim(): Promise<void> {
    const { config, complete } = this.#engine.configuration;
    if (config !== null)
      await this.inTurn(async () => updateRoster(this.#engine, config, complete));
  }

  /**
   * Looks for inventories that nobody here knows: what a controller left that came back late, or what was out of reach
   * when the configuration was read.
   */
  async search(): Promise<void> {
    const { config, complete } = this.#engine.configuration;
    if (config === null) return;
    await this.inTurn(async () => {
      this.#enqueue(await updateRoster(this.#engine, config, complete), 'removal');
    });
  }

  async #take(source: Source, revision: SourceRevision): Promise<void> {
    const { configuration, journal, paths, ports, world } = this.#engine;
    const known = this.#taken.get(source.name);
    const isDue = source.name === '' && configuration.isDue;
    if (known === revision.commit && !isDue) return;
    const changed = known === undefined ? null : await source.changedPaths(known, revision.commit);
    if (known !== revision.commit) {
      journal.emit({
        type: 'source.updated',
        message: `${source.name || 'repository'} is at ${showSourceRevision(revision)}`,
        data: { source: source.name, commit: revision.commit },
      });
    }
    const concerned = new Set(
      changed === null ? paths.allOf(source.name) : paths.concernedBy(source.name, changed),
    );
    if (
      source.name === '' &&
      (isDue || changed === null || changed.some((path) => ports.loadConfig.concerns(path)))
    ) {
      world.configuredAt = null;
      for (const id of await this.#reconfigure(source, revision)) concerned.add(id);
    }
    this.#taken.set(source.name, revision.commit);
    // While it cannot be read, what is in force stands for no commit that can be told.
    if (source.name === '') world.configuredAt = configuration.isDue ? null : revision.commit;
    this.#enqueue(concerned, 'source');
  }

  async #reconfigure(source: Source, revision: SourceRevision): Promise<readonly string[]> {
    const { configuration, paths, world } = this.#engine;
    const usable = await configuration.read(source, revision);
    const { config } = configuration;
    if (!usable || config === null) return [];
    const reopened = await world.adopt(config);
    const concerned = await updateRoster(this.#engine, config, configuration.complete);
    for (const name of reopened) {
      this.#taken.delete(name);
      for (const id of paths.allOf(name)) concerned.add(id);
    }
    this.#onConfigured();
    return [...concerned];
  }
}
