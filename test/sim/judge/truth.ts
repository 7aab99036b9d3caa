import type {
  ApplicationModel,
  EnvironmentModel,
  RepositoryModel,
  ThingModel,
} from '../git/model.ts';
import { failsReleases, filledIn, isBad, placeOfThing, runsOf } from '../git/model.ts';
import type { Repository } from '../git/repository.ts';
import type { ThingSpec } from '../place/place.ts';

/**
 * What a commit says about one application in one environment, told without any code of the engine. Manifests count
 * whatever is wrong with the configuration, whose last good form stays in force.
 */
export type Wish =
  /** Its input cannot be used: nothing may be concluded from it. */
  | { readonly kind: 'unusable'; readonly why: string }
  | {
      readonly kind: 'things';
      readonly application: ApplicationModel;
      readonly environment: EnvironmentModel;
      /** What should be at each place. */
      readonly things: ReadonlyMap<string, ThingSpec>;
      /** Whether it can never become healthy. */
      readonly isBad: boolean;
    }
  /** The commit has no such application in this environment. */
  | { readonly kind: 'gone' };

export function wishOf(
  model: RepositoryModel,
  key: { readonly application: string; readonly environment: string },
  secrets: ReadonlyMap<string, string>,
): Wish {
  const { configFault } = model;
  const application = applicationOf(model, key.application);
  const environment = model.environments.find(({ name }) => name === key.environment);
  if (application === undefined || environment === undefined) {
    // In half a configuration, what is missing is not gone.
    return configFault === null || configFault.kind === 'document'
      ? { kind: 'gone' }
      : { kind: 'unusable', why: `configuration: ${configFault.kind}` };
  }
  if (!application.environments.includes(key.environment))
    return isBroken(model, key.application)
      ? { kind: 'unusable', why: 'configuration' }
      : { kind: 'gone' };
  const { fault, settings } = application;
  // What is only run is something, too; that nothing else is left is asked about.
  const isEmpty =
    fault === 'empty' || (application.things.length === 0 && runsOf(application).length === 0);
  if (fault !== null && fault !== 'empty' && application.things.length > 0)
    return { kind: 'unusable', why: `manifests: ${fault}` };
  if (fault === 'missing') return { kind: 'unusable', why: 'manifests: missing' };
  if (isEmpty && !settings.allowEmpty) return { kind: 'unusable', why: 'manifests: empty' };
  const places = application.things.map((thing) =>
    placeOfThing(model.driver, key.environment, application, thing),
  );
  if (!isEmpty && new Set(places).size < places.length)
    return { kind: 'unusable', why: 'manifests: two want one place' };
  const things = new Map(
    (isEmpty ? [] : application.things).map((thing) => [
      placeOfThing(model.driver, key.environment, application, thing),
      {
        kind: thing.kind,
        value: filledIn(application, thing.value),
        note: thing.note,
        secret:
          thing.secret === null || !holdsSecret(model, thing)
            ? null
            : (secrets.get(thing.secret) ?? ''),
      },
    ]),
  );
  const bad =
    application.things.some(
      ({ kind, value }) => kind === 'Worker' && isBad(filledIn(application, value)),
    ) || runsOf(application).some((run) => failsReleases(model.driver, run));
  return { kind: 'things', application, environment, things, isBad: bad && !isEmpty };
}

/**
 * What a commit may mean for one application: where its configuration is broken, documents of earlier commits are in force,
 * and which of them nobody can tell from here.
 */
export function wishesOf(
  repository: Repository,
  model: RepositoryModel,
  key: { readonly application: string; readonly environment: string },
  secrets: ReadonlyMap<string, string>,
): readonly Wish[] {
  const own = wishOf(model, key, secrets);
  if (own.kind !== 'things' || !isBroken(model, key.application)) return [own];
  const { folder, settings } = own.application;
  const said = new Map(
    repository.commits
      .flatMap((commit) => commit.model.applications.filter((one) => one.folder === folder))
      .map(({ settings: { substitute } }) => [substitute?.values.word, substitute]),
  );
  return [...said.values()].map((substitute) => {
    const applications = model.applications.map((one) =>
      one.folder === folder ? { ...one, settings: { ...settings, substitute } } : one,
    );
    return wishOf({ ...model, applications }, key, secrets);
  });
}

/** At clusters, what has a secret is an object of its own. */
function holdsSecret({ driver }: RepositoryModel, { kind }: ThingModel): boolean {
  return driver === 'host' || kind === 'Thing';
}

/** All applications of a commit in all their environments. */
export function keysOf(
  model: RepositoryModel,
): readonly { application: string; environment: string }[] {
  return model.applications.flatMap(({ name, environments }) =>
    environments.map((environment) => ({ application: name, environment })),
  );
}

/** The application of that name, or what it was called at the time. */
function applicationOf(model: RepositoryModel, name: string): ApplicationModel | undefined {
  return (
    model.applications.find((one) => one.name === name) ??
    model.applications.find(({ folder }) => folder === folderOf(name))
  );
}

/** A folder keeps its application through all its names. */
export function folderOf(application: string): string {
  return application.replace(/-x$/, '');
}

/** Whether a commit says nothing that can be used about how an application is set up. */
export function isBroken(model: RepositoryModel, application: string): boolean {
  const fault = model.configFault;
  if (fault?.kind !== 'document') return fault !== null;
  return (
    fault.application === application && model.applications.some(({ name }) => name === application)
  );
}
