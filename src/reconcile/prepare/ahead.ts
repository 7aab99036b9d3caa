import type { ApplicationConfig, EnvironmentConfig } from '../../model/config.ts';
import { canonicalJson } from '../../model/json.ts';
import { renderingFields } from '../../model/rendering.ts';
import type { Revision } from '../../model/revision.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { World } from '../world.ts';
import type { Configurations } from './configurations.ts';
import { documentIn, isInForce } from './document.ts';
import { surroundingsOf } from './surroundings.ts';
import { mistakeFor } from './unread.ts';

/**
 * Knows what a commit that has come changes in who may do what and what is done by itself, while its configuration is not in
 * force yet: what else that commit says must not be done under the policy of before.
 */
export class ConfigurationAhead {
  readonly #configurations: Configurations;
  readonly #world: World;

  constructor(configurations: Configurations, world: World) {
    this.#configurations = configurations;
    this.#world = world;
  }

  /**
   * What the newest commit of the configuration's repository changes for an application besides how it is rendered, as in
   * `changes the policy of web`; `null`: nothing, or it is in force.
   *
   * @throws FairleadError where it cannot be read now.
   */
  async changes(
    runtime: ApplicationRuntime,
    application: ApplicationConfig,
    revision: Revision,
  ): Promise<string | null> {
    const part =
      revision.find(({ source }) => source === '') ?? this.#world.source('').status().current;
    if (part === null || isInForce(this.#world, part.commit, application)) return null;
    const snapshot = await this.#configurations.at(part, this.#world.config);
    // What cannot be understood as a whole leaves in force what was.
    if (snapshot === null) return null;
    const { config, complete, asking } = snapshot;
    const { name } = application;
    const then = documentIn(config, application, this.#world.config);
    const environment = config.environments.get(runtime.key.environment);
    const about = environment ?? runtime.declared.environment;
    if (about !== null && mistakeFor(asking, then ?? application, about) !== null)
      return `has a mistake in what it says of ${name}`;
    if (then === undefined) return complete ? `takes ${name} out of the configuration` : null;
    if (policyOf(then) !== policyOf(application)) return `changes the policy of ${name}`;
    if (environment === undefined) return null;
    if (policyOf(environment) !== policyOf(runtime.declared.environment))
      return `changes environment ${environment.name}`;
    // Against what the application is looked at with: the world may have the new one already.
    return surroundingsOf(config, then, environment.targets) === runtime.declared.surroundings
      ? null
      : `changes the project or a target of ${name}`;
  }
}

/** What of a document is no matter of what is deployed, or of where it stands. */
const elsewhere: ReadonlySet<string> = new Set([
  ...renderingFields,
  'name',
  'previousNames',
  'pathLine',
  'origin',
]);

function policyOf(document: ApplicationConfig | EnvironmentConfig | null): string {
  const fields = Object.entries(document ?? {}).filter(([name]) => !elsewhere.has(name));
  return canonicalJson(Object.fromEntries(fields));
}
