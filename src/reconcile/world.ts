import { canonicalJson } from '../model/json.ts';
import { emptyConfig } from '../model/config.ts';
import type { Config, SourceConfig, TargetConfig } from '../model/config.ts';
import { errorRecord } from '../model/error.ts';
import type { ErrorRecord } from '../model/error.ts';
import type { Reach } from '../model/reach.ts';
import type { Source } from '../source/source.ts';
import type { Target, TargetChange } from '../targets/target.ts';
import { sourceUnknown, targetUnavailable } from './errors.ts';
import type { EnginePorts } from './ports.ts';

/** How long a configuration waits for its targets; what takes longer is opened meanwhile. */
const patienceMs = 5_000;
/** How long a target that could not be opened is not tried again, at least: else as long as it took to find out. */
const againAfterMs = 2_000;

interface Opened<T> {
  /** Canonical text of the configuration it was opened with; another one means: open anew. */
  readonly text: string;
  readonly value: T | null;
  readonly error: ErrorRecord | null;
}

/** What a target is opened with; another one means: open anew. */
function textOf({ driver, settings }: TargetConfig): string {
  return canonicalJson({ driver, settings });
}

/** The sources and targets that the accepted configuration names, opened once each. */
export class World {
  readonly #ports: EnginePorts;
  readonly #onTargetChange: (target: string, change: TargetChange) => void;
  readonly #sources = new Map<string, Opened<Source>>();
  readonly #targets = new Map<string, Opened<Target>>();
  readonly #opening = new Map<string, Promise<void>>();
  /** Since when a target could not be opened; wall clock. */
  readonly #awaySinceMs = new Map<string, number>();
  /** Until when a target that could not be opened is not tried again; monotonic. */
  readonly #putOffUntilMs = new Map<string, number>();
  readonly repository: SourceConfig;
  config: Config = emptyConfig;
  /**
   * Commit of the repository that `config`, and what was made of it, stands for; `null` while another one is being taken. The
   * source may be ahead of it.
   */
  configuredAt: string | null = null;

  constructor(
    ports: EnginePorts,
    repository: SourceConfig,
    onTargetChange: (target: string, change: TargetChange) => void,
  ) {
    this.#ports = ports;
    this.repository = repository;
    this.#onTargetChange = onTargetChange;
  }

  /** Opens the repository that holds the configuration. @throws FairleadError when it cannot even be set up locally. */
  async open(): Promise<void> {
    await this.#openSource(this.repository);
  }

  /**
   * Takes a configuration: opens what is new or changed, closes what left. One that cannot be opened is
   * remembered with its error and stands in nobody else's way.
   * @returns names of sources that were opened or closed.
   */
  async adopt(config: Config): Promise<readonly string[]> {
    this.config = config;
    const changed: string[] = [];
    for (const source of config.sources.values())
      if (await this.#openSource(source)) changed.push(source.name);
    for (const name of this.#sources.keys()) {
      if (name !== '' && !config.sources.has(name)) {
        this.#sources.delete(name);
        changed.push(name);
      }
    }
    // Side by side, and without waiting long: one that does not answer must not hold the others up.
    const opening = Promise.all(
      [...config.targets.values()].map((target) => this.#openTarget(target)),
    );
    const timer = new AbortController();
    await Promise.race([opening, this.#ports.clock.sleep(patienceMs, timer.signal)]);
    timer.abort();
    // A target that left the configuration stays open: what is owned there can still be shown and removed.
    return changed;
  }

  /** Opens a target once, however many ask for it meanwhile. Never rejects: what fails is remembered. */
  async #openTarget(target: TargetConfig): Promise<void> {
    let opening = this.#opening.get(target.name);
    if (opening === undefined) {
      opening = this.#open(target).finally(() => this.#opening.delete(target.name));
      this.#opening.set(target.name, opening);
    }
    await opening;
  }

  async #open(target: TargetConfig): Promise<void> {
    const text = textOf(target);
    const known = this.#targets.get(target.name);
    if (known?.text === text && known.value !== null) return;
    await known?.value?.close();
    const { clock } = this.#ports;
    const startedMs = clock.monotonicMs();
    try {
      const value = await this.#ports.openTarget(target);
      value.onChange((change) => this.#onTargetChange(target.name, change));
      this.#targets.set(target.name, { text, value, error: null });
      this.#awaySinceMs.delete(target.name);
    } catch (thrown) {
      this.#targets.set(target.name, { text, value: null, error: errorRecord(thrown) });
      if (!this.#awaySinceMs.has(target.name)) this.#awaySinceMs.set(target.name, clock.nowMs());
      const nowMs = clock.monotonicMs();
      this.#putOffUntilMs.set(target.name, nowMs + Math.max(againAfterMs, nowMs - startedMs));
      this.#ports.log.error('a target could not be opened', {
        target: target.name,
        error: String(thrown),
      });
    }
  }

  async #openSource(config: SourceConfig): Promise<boolean> {
    const { origin: _origin, ...settings } = config;
    const text = canonicalJson(settings);
    const known = this.#sources.get(config.name);
    if (known?.text === text && known.value !== null) return false;
    try {
      this.#sources.set(config.name, {
        text,
        value: await this.#ports.openSource(config),
        error: null,
      });
    } catch (thrown) {
      if (config.name === '') throw thrown;
      this.#sources.set(config.name, { text, value: null, error: errorRecord(thrown) });
    }
    return true;
  }

  sources(): readonly {
    readonly config: SourceConfig;
    readonly source: Source | null;
    readonly error: ErrorRecord | null;
  }[] {
    return [...this.#sources].map(([name, opened]) => ({
      config: name === '' ? this.repository : (this.config.sources.get(name) ?? this.repository),
      source: opened.value,
      error: opened.error,
    }));
  }

  /** @throws FairleadError `source.unknown`, or why it could not be opened. */
  source(name: string): Source {
    const opened = this.#sources.get(name);
    if (opened?.value != null) return opened.value;
    throw sourceUnknown({
      message:
        opened?.error == null
          ? `no source is called ${name}`
          : `source ${name}: ${opened.error.message}`,
      resource: `Source/${name}`,
      hint: opened?.error?.hint,
    });
  }

  /** @throws FairleadError `target.unavailable` with the reason. */
  async target(name: string): Promise<Target> {
    const opened = this.#targets.get(name);
    if (opened?.value != null) return opened.value;
    const config = this.config.targets.get(name);
    if (config !== undefined && !this.#isPutOff(config)) {
      // Whatever stood in its way may be gone by now.
      await this.#openTarget(config);
      const again = this.#targets.get(name);
      if (again?.value != null) return again.value;
    }
    const error = this.#targets.get(name)?.error;
    throw targetUnavailable({
      message:
        error == null
          ? `there is no target called ${name}`
          : `target ${name} cannot be opened: ${error.message}`,
      resource: `Target/${name}`,
      hint: error?.hint,
    });
  }

  /**
   * Many applications of a target that is away would each wait for it again, and hold up those of others. So one asks, now
   * and then, and the others are told at once why it could not be opened before.
   */
  #isPutOff(target: TargetConfig): boolean {
    const { name } = target;
    const untilMs = this.#putOffUntilMs.get(name);
    if (untilMs === undefined || this.#targets.get(name)?.text !== textOf(target)) return false;
    return this.#opening.has(name) || this.#ports.clock.monotonicMs() < untilMs;
  }

  /** Whether a target answers, as was seen last; `null` where it is not known, or is where the controller is. */
  reach(name: string): Reach | null {
    const opened = this.#targets.get(name);
    if (opened === undefined) return null;
    if (opened.error === null) return opened.value?.reach?.() ?? null;
    const { code, message, hint } = opened.error;
    const sinceMs = this.#awaySinceMs.get(name) ?? this.#ports.clock.nowMs();
    return { lastSeenAtMs: null, away: { sinceMs, code, message, hint } };
  }

  openTargets(): readonly Target[] {
    return [...this.#targets.values()].flatMap((opened) => opened.value ?? []);
  }

  async close(): Promise<void> {
    for (const target of this.openTargets()) await target.close();
  }
}
