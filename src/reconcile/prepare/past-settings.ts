import type { ApplicationConfig } from '../../model/config.ts';
import { renderingOf } from '../../model/rendering.ts';
import { unwrap } from '../../model/result.ts';
import type { Revision, SourceRevision } from '../../model/revision.ts';
import type { World } from '../world.ts';
import type { Configuration } from '../configuration.ts';
import type { Configurations } from './configurations.ts';
import { documentIn, isInForce } from './document.ts';

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
  readonly #configurations: Configurations;
  readonly #world: World;
  readonly #inForce: Pick<Configuration, 'takenAt' | 'lastGoodAt'>;

  constructor(
    configurations: Configurations,
    world: World,
    inForce: Pick<Configuration, 'takenAt' | 'lastGoodAt'>,
  ) {
    this.#configurations = configurations;
    this.#world = world;
    this.#inForce = inForce;
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
    const lastGoodAt = this.#inForce.lastGoodAt(application.name);
    const recorded = await this.#resolve(configuration);
    const own = revision.find(({ source }) => source === '');
    for (const part of [recorded, own]) {
      if (part === undefined) continue;
      if (isInForce(this.#world, part.commit, application))
        return { application, commit: lastGoodAt ?? part.commit };
      const read = await this.#configurations.at(part, null);
      const then = documentIn(read?.config ?? null, application, this.#world.config);
      if (then !== undefined)
        return { application: withRendering(application, then), commit: part.commit };
    }
    return { application, commit: lastGoodAt ?? this.#inForce.takenAt };
  }

  async #resolve(commit: string | undefined): Promise<SourceRevision | undefined> {
    if (commit === undefined) return undefined;
    const { current } = this.#world.source('').status();
    return current?.commit === commit
      ? current
      : unwrap(await this.#world.source('').resolve(commit));
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
