import type { ApplicationConfig, Config, ProjectConfig } from '../model/config.ts';
import { findCycles } from './cycle.ts';
import { toConfig, entryKey } from './entries.ts';
import type { Entries, EntryKey } from './entries.ts';
import {
  dependencyCycle,
  dependencyElsewhere,
  duplicateName,
  notAllowed,
  unknownReference,
} from './errors.ts';
import { withoutCredentials } from './kinds/url.ts';
import { matches } from './pattern.ts';
import { collectionOf } from './problem.ts';
import type { ConfigKind, Finding } from './problem.ts';
import { suggest } from './suggest.ts';

/** A finding, the document it is about, and the document that is missed where it is about a reference. */
export type CrossFinding = Finding & { readonly about: EntryKey; readonly missing?: EntryKey };

/** The project of applications that name none; without a document of that name it allows everything. */
export const defaultProject = 'default';

/** Suggestions cost a comparison with every name, so only the first broken references get one. */
const maxSuggestions = 50;

/** What documents say about each other: references, circles, projects, names. */
export function checkReferences(entries: Entries): readonly CrossFinding[] {
  const config = toConfig(entries);
  const findings: CrossFinding[] = [];
  const refer = (
    about: EntryKey,
    path: readonly (string | number)[],
    kind: ConfigKind,
    name: string,
  ): void => {
    const missing = entryKey(kind, name);
    if (entries.has(missing)) return;
    const known = [...config[collectionOf[kind]].keys()];
    const shown = known.slice(0, 10).join(', ') + (known.length > 10 ? ', …' : '');
    findings.push({
      definition: unknownReference,
      about,
      missing,
      path,
      message: `there is no ${kind} "${name}"`,
      found: name,
      allowed: known.length === 0 ? `no ${kind} is declared` : shown,
      suggestion: findings.length < maxSuggestions ? suggest(name, known) : null,
    });
  };
  for (const environment of config.environments.values()) {
    for (const [index, target] of environment.targets.entries()) {
      const about = entryKey('Environment', environment.name);
      refer(about, ['spec', 'targets', index], 'Target', target);
    }
  }
  for (const application of config.applications.values()) {
    const about = entryKey('Application', application.name);
    if (application.source !== '') refer(about, ['spec', 'source'], 'Source', application.source);
    for (const [name, source] of Object.entries(application.sources ?? {})) {
      if (source !== '') refer(about, ['spec', 'sources', name, 'source'], 'Source', source);
    }
    if (application.project !== defaultProject) {
      refer(about, ['spec', 'project'], 'Project', application.project);
    }
    for (const [index, environment] of application.environments.entries()) {
      refer(about, ['spec', 'environments', index], 'Environment', environment);
    }
    for (const [index, dependency] of application.dependsOn.entries()) {
      const path = ['spec', 'dependsOn', index] as const;
      refer(about, path, 'Application', dependency);
      findings.push(...elsewhere(about, path, application, config.applications.get(dependency)));
    }
    const project = config.projects.get(application.project);
    if (project !== undefined) findings.push(...projectLimits(about, application, project, config));
  }
  findings.push(...cycles(config.applications), ...formerNames(config.applications));
  return findings;
}

function elsewhere(
  about: EntryKey,
  path: readonly (string | number)[],
  application: ApplicationConfig,
  dependency: ApplicationConfig | undefined,
): readonly CrossFinding[] {
  if (dependency === undefined) return [];
  const lacking = application.environments.filter((one) => !dependency.environments.includes(one));
  if (lacking.length === 0) return [];
  return [
    {
      definition: dependencyElsewhere,
      severity: 'warning',
      about,
      path,
      message: `"${dependency.name}" does not run in ${lacking.join(', ')}, so "${application.name}" does not wait for it there`,
      found: dependency.name,
      allowed: `applications that run in ${application.environments.join(', ')}`,
    },
  ];
}

function cycles(applications: ReadonlyMap<string, ApplicationConfig>): readonly CrossFinding[] {
  const edges = new Map([...applications].map(([name, { dependsOn }]) => [name, dependsOn]));
  return findCycles(edges).flatMap((walk) => {
    const shown = walk.join(' → ');
    return walk.slice(0, -1).map((name, at): CrossFinding => {
      const next = walk[at + 1] ?? '';
      const index = applications.get(name)?.dependsOn.indexOf(next) ?? 0;
      return {
        definition: dependencyCycle,
        about: entryKey('Application', name),
        path: ['spec', 'dependsOn', index],
        message: `depends on itself: ${shown}`,
        found: next,
        allowed: 'dependencies without a circle',
      };
    });
  });
}

function projectLimits(
  about: EntryKey,
  application: ApplicationConfig,
  project: ProjectConfig,
  config: Config,
): readonly CrossFinding[] {
  const findings: CrossFinding[] = [];
  const used: readonly (readonly [source: string, path: readonly string[]])[] = [
    [application.source, ['spec', application.source === '' ? 'project' : 'source']],
    ...Object.entries(application.sources ?? {}).map(
      ([name, source]) => [source, ['spec', 'sources', name]] as const,
    ),
  ];
  for (const [source, path] of used) {
    const own = source === '';
    const url = own ? '.' : config.sources.get(source)?.url;
    if (url === undefined || allows(project.sources, url)) continue;
    const what = own ? 'the repository that holds this file' : `the source "${source}"`;
    findings.push({
      definition: notAllowed,
      about,
      path,
      message: `project "${project.name}" does not allow ${what}`,
      found: withoutCredentials(url),
      allowed: project.sources.join(', '),
    });
  }
  for (const [index, name] of application.environments.entries()) {
    for (const target of config.environments.get(name)?.targets ?? []) {
      if (allows(project.targets, target)) continue;
      findings.push({
        definition: notAllowed,
        about,
        path: ['spec', 'environments', index],
        message: `project "${project.name}" does not allow the target "${target}" of environment "${name}"`,
        found: target,
        allowed: project.targets.join(', '),
      });
    }
  }
  return findings;
}

/** An empty list of patterns allows everything. */
function allows(patterns: readonly string[], text: string): boolean {
  return patterns.length === 0 || patterns.some((pattern) => matches(pattern, text));
}

/** A former name must be nobody's name and handed over to one application only. */
function formerNames(
  applications: ReadonlyMap<string, ApplicationConfig>,
): readonly CrossFinding[] {
  const claims = [...applications.values()].flatMap(({ name, previousNames }) =>
    previousNames.map((former, index) => ({ name, former, index })),
  );
  const byFormer = Map.groupBy(claims, ({ former }) => former);
  return claims.flatMap(({ name, former, index }): readonly CrossFinding[] => {
    const rival = byFormer.get(former)?.find((other) => other.name !== name);
    const taken = applications.has(former) ? `is the name of an application` : null;
    const reason = taken ?? (rival === undefined ? null : `is also claimed by "${rival.name}"`);
    if (reason === null) return [];
    return [
      {
        definition: duplicateName,
        about: entryKey('Application', name),
        path: ['spec', 'previousNames', index],
        message: `the former name "${former}" ${reason}`,
        found: former,
        allowed: 'names that no application has any more',
      },
    ];
  });
}
