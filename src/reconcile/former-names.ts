import type { ApplicationConfig, Config } from '../model/config.ts';

/** The names that an application had before. One that is in use again is another application's. */
export function formerNames(
  config: Pick<Config, 'applications'>,
  application: Pick<ApplicationConfig, 'previousNames'> | null | undefined,
): readonly string[] {
  return (application?.previousNames ?? []).filter((name) => !config.applications.has(name));
}
