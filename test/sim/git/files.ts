import type { JsonObject } from '../../../src/model/json.ts';
import { hookManifest, manifestOf } from '../cluster/things.ts';
import { objectAt, set } from '../cluster/value.ts';
import type {
  ApplicationModel,
  ApplicationSettings,
  RepositoryModel,
  RunModel,
  ThingModel,
} from './model.ts';
import {
  defaultSettings,
  manifestsAt,
  placeOfRun,
  placeOfThing,
  projectNames,
  runsOf,
  targetNames,
} from './model.ts';

/** Group and version of the kinds that the target model knows. */
const thingApiVersion = 'sim.fairlead.dev/v1';

/** The files of a commit, by path. @param secrets values that stand in Git where targets hold none of their own */
export function filesOf(
  model: RepositoryModel,
  secrets: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const fault = model.configFault;
  if (fault?.kind !== 'missing') {
    const text = configText(model);
    files.set('fairlead.yaml', fault?.kind === 'syntax' ? `${text}\n  : [` : text);
  }
  for (const application of model.applications) {
    if (application.fault === 'missing') continue;
    for (const environment of application.environments) {
      addManifests(
        files,
        (thing) => manifestFor(model, application, environment, thing, secrets),
        application,
        environment,
      );
      for (const run of runsOf(application)) {
        const path = `${manifestsAt(application, environment)}/${run.name}.json`;
        files.set(path, JSON.stringify(runFor(model, application, environment, run)));
      }
    }
  }
  files.set('README.md', 'A repository.\n');
  return files;
}

function addManifests(
  files: Map<string, string>,
  manifest: (thing: ThingModel) => JsonObject,
  application: ApplicationModel,
  environment: string,
): void {
  const folder = manifestsAt(application, environment);
  files.set(`${folder}/.keep`, '');
  if (application.fault === 'empty') return;
  for (const thing of application.things) {
    files.set(`${folder}/${thing.name}.json`, JSON.stringify(manifest(thing)));
  }
  const [first] = application.things;
  if (first === undefined) return;
  switch (application.fault) {
    case 'syntax':
      files.set(`${folder}/broken.json`, '{"apiVersion": ');
      break;
    case 'unknown-kind':
      files.set(`${folder}/broken.json`, JSON.stringify({ ...manifest(first), kind: 'Nothing' }));
      break;
    case 'duplicate':
      files.set(`${folder}/broken.json`, JSON.stringify(manifest(first)));
      break;
    case 'missing':
    case null:
      break;
  }
}

function manifestFor(
  model: RepositoryModel,
  application: ApplicationModel,
  environment: string,
  thing: ThingModel,
  secrets: ReadonlyMap<string, string>,
): JsonObject {
  if (model.driver === 'kubernetes') return objectFor(application, environment, thing, secrets);
  return {
    apiVersion: thingApiVersion,
    kind: thing.kind,
    metadata: { name: thing.name },
    spec: {
      at: placeOfThing('host', environment, application, thing),
      value: thing.value,
      ...(thing.note === null ? {} : { note: thing.note }),
      ...(thing.secret === null ? {} : { secret: thing.secret }),
      wave: thing.wave,
      prune: thing.prune,
    },
  };
}

function runFor(
  { driver }: RepositoryModel,
  application: ApplicationModel,
  environment: string,
  run: RunModel,
): JsonObject {
  const at = placeOfRun(driver, environment, application, run);
  if (driver === 'kubernetes') return hookManifest(at, run);
  const watched = application.things.find(({ name }) => name === run.watches);
  return {
    apiVersion: thingApiVersion,
    kind: 'Command',
    metadata: { name: run.name },
    spec: {
      at,
      value: run.value,
      watches: watched === undefined ? '' : placeOfThing(driver, environment, application, watched),
      wave: run.wave,
    },
  };
}

/** A thing as an object of a cluster: its order and whether it is pruned stand in annotations. */
function objectFor(
  application: ApplicationModel,
  environment: string,
  thing: ThingModel,
  secrets: ReadonlyMap<string, string>,
): JsonObject {
  const { kind, value, note, wave, prune, version } = thing;
  const secret = thing.secret === null ? null : (secrets.get(thing.secret) ?? '');
  const where = placeOfThing('kubernetes', environment, application, thing);
  const object = manifestOf(where, { kind, value, note, secret }, version);
  const annotations = {
    ...objectAt(object, 'metadata', 'annotations'),
    ...(wave === 0 ? {} : { 'fairlead.dev/wave': String(wave) }),
    ...(prune ? {} : { 'fairlead.dev/prune': 'disabled' }),
  };
  return Object.keys(annotations).length === 0
    ? object
    : set(object, ['metadata', 'annotations'], annotations);
}

/** JSON is YAML, and needs no quoting of its own. */
function configText(model: RepositoryModel): string {
  const documents = [
    ...targetNames.map((name) =>
      document('Target', name, model.driver === 'host' ? { sim: {} } : { kubernetes: {} }),
    ),
    ...(model.driver === 'host' || model.withoutProjects === true
      ? []
      : projectNames.map((name) => document('Project', name, { impersonate: { user: name } }))),
    ...model.environments.map(({ name, targets: where, sync, ephemeral }) =>
      document('Environment', name, { targets: where, sync, ephemeral }),
    ),
    ...model.applications.map((application) => {
      const broken =
        model.configFault?.kind === 'document' &&
        model.configFault.application === application.name;
      return document('Application', application.name, {
        ...applicationSpec(application),
        ...(model.driver === 'host'
          ? {}
          : { kubernetes: { syncOptions: ['CreateNamespace=true'] } }),
        ...(broken ? { prunee: true } : {}),
      });
    }),
  ];
  return documents.map((one) => `---\n${JSON.stringify(one)}\n`).join('');
}

function document(kind: string, name: string, spec: unknown) {
  return { apiVersion: 'fairlead.dev/v1alpha1', kind, metadata: { name }, spec };
}

function applicationSpec(application: ApplicationModel) {
  const { settings } = application;
  const changed = (Object.keys(defaultSettings) as (keyof ApplicationSettings)[]).filter(
    (name) =>
      name !== 'healthCheck' &&
      name !== 'variant' &&
      name !== 'retryLimit' &&
      JSON.stringify(settings[name]) !== JSON.stringify(defaultSettings[name]),
  );
  return {
    path: manifestsAt(application, '{environment}'),
    environments: application.environments,
    ...Object.fromEntries(changed.map((name) => [name, settings[name]])),
    retry: { limit: settings.retryLimit, backoff: { max: '2m' } },
    ...(settings.healthCheck
      ? { healthChecks: [{ name: 'works', exec: { argv: ['check', application.folder] } }] }
      : {}),
  };
}
