import type { ApplicationConfig, Config } from '../../model/config.ts';
import { renderingOf } from '../../model/rendering.ts';
import { unwrap } from '../../model/result.ts';
import type { Revision, SourceRevision } from '../../model/revision.ts';
import type { EnginePorts } from '../ports.ts';
import type { World } from '../world.ts';
import { documentIn, isInForce } from './document.ts';

/** Configurations of past commits that are kept; each is asked for on every look at what stays at it. */
const kept = 8;

/** A document as it counted at a revision. */
export interface PastDocument {
  readonly application: ApplicationConfig;
  /** Commit that holds it; `null`: nobody knows. */
  readonly commit: string | null;
}

/**
 * Finds what an application's document says at a revision other than the one in force, so that going back goes back in that as
 * well, and a commit that has just come goes live as a whole: inline values, variables, the folder, also where it gives the
 * application another name. Who may do what (environments, policies, project, limits) is as it is said now. Where the
 * revision has no commit of the configuration, or that has no such document without an error, what is in force now counts.
 */
export class PastSettings {
  readonly #ports: Pick<EnginePorts, 'loadConfig'>;
  readonly #world: World;
  readonly #commitInForce: (application: string) => string | null;
  readonly #configs = new Map<string, Promise<Config | null>>();

  /** @param commitInForce The commit whose document of an application is in force. */
  constructor(
    ports: Pick<EnginePorts, 'loadConfig'>,
    world: World,
    commitInForce: (application: string) => string | null,
  ) {
    this.#ports = ports;
    this.#world = world;
    this.#commitInForce = commitInForce;
  }

  /**
   * @param configuration Commit of the configuration that was recorded with `revision`: it has none of it, or one in
   *   which the document had an error.
   */
  async at(
    application: ApplicationConfig,
    revision: Revision,
    configuration?: string,
  ): Promise<PastDocument> {
    const inForce = { application, commit: this.#commitInForce(application.name) };
    const recorded = await this.#resolve(configuration);
    const own = revision.find(({ source }) => source === '');
    for (const part of [recorded, own]) {
      if (part === undefined) continue;
      if (isInForce(this.#world, part.commit, application)) return inForce;
      const then = documentIn(await this.#configAt(part), application, this.#world.config);
      if (then !== undefined)
        return { application: withRendering(application, then), commit: part.commit };
    }
    return inForce;
  }

  async #resolve(commit: string | undefined): Promise<SourceRevision | undefined> {
    if (commit === undefined) return undefined;
    const { current } = this.#world.source('').status();
    return current?.commit === commit
      ? current
      : unwrap(await this.#world.source('').resolve(commit));
  }

  #configAt(part: SourceRevision): Promise<Config | null> {
    const known = this.#configs.get(part.commit);
    this.#configs.delete(part.commit);
    const config = known ?? this.#load(part);
    // Asked for last, so it goes last.
    this.#configs.set(part.commit, config);
    for (const commit of this.#configs.keys()) {
      if (this.#configs.size <= kept) break;
      this.#configs.delete(commit);
    }
    return config;
  }

  /** `null`: it cannot be understood as a whole. A mirror that cannot be read is asked again next time. */
  async #load(part: SourceRevision): Promise<Config | null> {
    try {
      const loaded = await this.#ports.loadConfig.load(this.#world.source('').tree(part), null);
      if (loaded.ok) return loaded.value.config;
      if (loaded.error.class === 'input') return null;
      throw loaded.error;
    } catch (thrown) {
      this.#configs.delete(part.commit);
      throw thrown;
    }
  }
}

function withRendering(now: ApplicationConfig, then: ApplicationConfig): ApplicationConfig {
  // No way to a source that its project does not allow by now.
  const allowed = new Set([now.source, ...Object.values(now.sources ?? {})]);
  const isAllowed = Object.values(then.sources ?? {}).every((source) => allowed.has(source));
  return {
    ...now,
    ...renderingOf(then),
    sources: isAllowed ? then.sources : now.sources,
    pathLine: then.pathLine,
    origin: then.origin,
  };
}
