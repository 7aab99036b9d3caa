import type { ConfigProblemView } from '../control/api.ts';
import { errorRecord } from '../model/error.ts';
import type { Config } from '../model/config.ts';
import { success } from '../model/result.ts';
import { showSourceRevision } from '../model/revision.ts';
import type { SourceRevision } from '../model/revision.ts';
import type { Source } from '../source/source.ts';
import type { Journal } from './journal/journal.ts';
import type { ConfigSnapshot, EnginePorts } from './ports.ts';

/** Store setting with the last configuration without errors: its commit, and its targets. */
export const configurationSetting = 'configuration';

/**
 * Follows the configuration in its repository. What fails keeps its last good form; the commit that was last
 * understood as a whole is remembered, so that a restart in front of a broken one knows what was good.
 */
export class Configuration {
  readonly #ports: EnginePorts;
  readonly #journal: Journal;
  /** What `restore` read, until the first `read`: mostly of the same commit. */
  #restored: { readonly commit: string; readonly snapshot: ConfigSnapshot } | null = null;
  /** While `restore` reads: who asks meanwhile waits for the same. */
  #restoring: Promise<void> | null = null;
  #config: Config | null = null;
  /** Commit of `#config`. */
  #takenAt: string | null = null;
  /** Of applications whose last good form stays in force: the commit that holds it. */
  #lastGoodAt: ReadonlyMap<string, string> = new Map();
  #commit: string | null = null;
  #complete = false;
  #isDue = false;
  heldBack: ConfigSnapshot['heldBack'] = { applications: new Set(), environments: new Set() };
  problems: readonly ConfigProblemView[] = [];
  asking: ConfigSnapshot['asking'] = new Map();

  constructor(ports: EnginePorts, journal: Journal) {
    this.#ports = ports;
    this.#journal = journal;
  }

  get config(): Config | null {
    return this.#config;
  }

  /** Commit that was read last, good or not. */
  get commit(): string | null {
    return this.#commit;
  }

  /** Commit that the configuration in force was read at. Later ones that it did not concern say the same. */
  get takenAt(): string | null {
    return this.#takenAt;
  }

  /** Commit that holds the form of an application in force, where `takenAt` has an error in its document; `null`: it has none. */
  lastGoodAt(application: string): string | null {
    return this.#lastGoodAt.get(application) ?? null;
  }

  /** Whether reading it failed in a way that may pass: it is to be read again although no commit came. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** Whether what is missing in the configuration may be taken as removed. */
  get complete(): boolean {
    return this.#complete;
  }

  /**
   * Reads the last whole configuration first, so that what is broken now has something to fall back on. Takes the place of
   * nothing that was read already: a commit may come while a controller starts.
   */
  async restore(source: Source): Promise<void> {
    if (this.#config !== null) return;
    this.#restoring ??= this.#restore(source).finally(() => {
      this.#restoring = null;
    });
    await this.#restoring;
  }

  async #restore(source: Source): Promise<void> {
    const stored = await this.#ports.store.setting(configurationSetting);
    const commit = stored?.['commit'];
    if (typeof commit !== 'string') return;
    const revision = await source.resolve(commit);
    if (!revision.ok) return;
    const loaded = await this.#ports.loadConfig.load(source.tree(revision.value), null);
    if (!loaded.ok) return;
    this.#take(loaded.value, revision.value.commit);
    this.#restored = { commit: revision.value.commit, snapshot: loaded.value };
  }

  #take({ config, lastGood }: ConfigSnapshot, commit: string): void {
    const before = this.#takenAt;
    const lastGoodAt = [...lastGood].flatMap((name): readonly (readonly [string, string])[] => {
      const at = this.#lastGoodAt.get(name) ?? before;
      return at === null ? [] : [[name, at]];
    });
    this.#lastGoodAt = new Map(lastGoodAt);
    this.#takenAt = commit;
    this.#config = config;
  }

  /** Reads the configuration at a revision. @returns whether there is one to work with. */
  async read(source: Source, revision: SourceRevision): Promise<boolean> {
    this.#commit = revision.commit;
    await this.restore(source);
    const restored = this.#restored;
    this.#restored = null;
    // Without an error in it nothing of an earlier form can have been kept, so it is what reading it again would give.
    const isSame = restored?.commit === revision.commit && restored.snapshot.sound;
    const loaded = isSame
      ? success(restored.snapshot)
      : await this.#ports.loadConfig.load(source.tree(revision), this.#config);
    if (!loaded.ok) {
      const error = errorRecord(loaded.error);
      this.#complete = false;
      this.#isDue = error.retryable;
      this.asking = new Map();
      this.problems = [
        {
          code: error.code,
          file: error.resource ?? 'fairlead.yaml',
          line: 1,
          column: 1,
          path: '',
          message: error.message,
          hint: error.hint,
        },
      ];
      this.#journal.emit({
        type: 'config.rejected',
        message: error.message,
        data: { commit: revision.commit },
      });
      return this.#config !== null;
    }
    this.#isDue = false;
    this.#take(loaded.value, revision.commit);
    this.#complete = loaded.value.complete;
    this.heldBack = loaded.value.heldBack;
    this.asking = loaded.value.asking;
    this.problems = loaded.value.problems;
    if (loaded.value.sound) {
      this.#journal.emit({
        type: 'config.accepted',
        message: `configuration of ${showSourceRevision(revision)}`,
        data: { commit: revision.commit },
      });
      await this.#journal
        .putSetting(configurationSetting, {
          commit: revision.commit,
          // So that a hold can be set at the targets while no controller runs.
          targets: [...loaded.value.config.targets.values()].map(({ name, driver, settings }) => ({
            name,
            driver,
            settings,
          })),
        })
        .catch((thrown: unknown) =>
          this.#ports.log.warn('the accepted configuration could not be noted', {
            error: String(thrown),
          }),
        );
    } else {
      for (const problem of loaded.value.problems) {
        this.#journal.emit({
          type: 'config.rejected',
          message: `${problem.file}:${problem.line}: ${problem.message}${problem.suggestion == null ? '' : `; did you mean ${problem.suggestion}?`}`,
          data: { commit: revision.commit, code: problem.code },
        });
      }
    }
    return true;
  }
}
