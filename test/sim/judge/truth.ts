import type { ApplicationModel, EnvironmentModel, RepositoryModel } from '../git/model.ts';
import { isBad, placeOfThing } from '../git/model.ts';
import type { ThingSpec } from '../place/place.ts';

/** What a commit says about one application in one environment, told without any code of the engine. */
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
  if (configFault?.kind === 'syntax' || configFault?.kind === 'missing')
    return { kind: 'unusable', why: `configuration: ${configFault.kind}` };
  const application = model.applications.find(({ name }) => name === key.application);
  const environment = model.environments.find(({ name }) => name === key.environment);
  if (application === undefined || environment === undefined) return { kind: 'gone' };
  if (!application.environments.includes(key.environment)) return { kind: 'gone' };
  if (configFault?.kind === 'document' && configFault.application === key.application)
    return { kind: 'unusable', why: 'configuration: document' };
  const { fault, settings } = application;
  const isEmpty = fault === 'empty' || application.things.length === 0;
  if (fault !== null && fault !== 'empty' && application.things.length > 0)
    return { kind: 'unusable', why: `manifests: ${fault}` };
  if (fault === 'missing') return { kind: 'unusable', why: 'manifests: missing' };
  if (isEmpty && !settings.allowEmpty) return { kind: 'unusable', why: 'manifests: empty' };
  const things = new Map(
    (isEmpty ? [] : application.things).map((thing) => [
      placeOfThing(key.environment, application, thing),
      {
        kind: thing.kind,
        value: thing.value,
        note: thing.note,
        secret: thing.secret === null ? null : (secrets.get(thing.secret) ?? ''),
      },
    ]),
  );
  const bad = application.things.some(({ kind, value }) => kind === 'Worker' && isBad(value));
  return { kind: 'things', application, environment, things, isBad: bad && !isEmpty };
}

/** All applications of a commit in all their environments. */
export function keysOf(
  model: RepositoryModel,
): readonly { application: string; environment: string }[] {
  return model.applications.flatMap(({ name, environments }) =>
    environments.map((environment) => ({ application: name, environment })),
  );
}
