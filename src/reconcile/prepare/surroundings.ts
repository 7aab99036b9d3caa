import type { ApplicationConfig, Config } from '../../model/config.ts';
import { canonicalJson } from '../../model/json.ts';
import type { Json } from '../../model/json.ts';

/**
 * What other documents say about an application: the limits of its project, the settings of its targets. Equal texts
 * mean that none of it changed, so that what was prepared under it still holds.
 */
export function surroundingsOf(
  config: Config,
  application: ApplicationConfig,
  targets: readonly string[],
): string {
  // One text for all applications of a project that go to the same targets: each of them keeps it.
  const known = texts.get(config) ?? new Map<string, string>();
  texts.set(config, known);
  const key = JSON.stringify([application.project, targets]);
  const text = known.get(key) ?? describe(config, application, targets);
  known.set(key, text);
  return text;
}

const texts = new WeakMap<Config, Map<string, string>>();

function describe(
  config: Config,
  application: ApplicationConfig,
  targets: readonly string[],
): string {
  const { origin: _origin, ...project } = config.projects.get(application.project) ?? {
    name: application.project,
    origin: null,
  };
  const settings = targets.map((name): Json => {
    const target = config.targets.get(name);
    return target === undefined ? name : [name, target.driver, target.settings];
  });
  return canonicalJson([project, settings]);
}
