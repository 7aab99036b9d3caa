import type { ApplicationView, DeclaredView } from '../../control/api.ts';
import type { View } from '../output.ts';
import type { Style } from '../terminal/style.ts';
import type { Cell } from '../terminal/table.ts';
import type { Reach } from '../../model/reach.ts';
import { showAway } from './away.ts';
import { isHealthy } from './status.ts';

/** How the applications of one environment, at one target or of one project are, in numbers. */
interface Place {
  readonly name: string;
  /** Of an environment its targets, of the others the environments. */
  readonly others: readonly string[];
  readonly applications: number;
  readonly synced: number;
  readonly healthy: number;
  readonly waiting: number;
  readonly held: number;
}

/** What `get environments` lists. */
export const environmentView: View<Place> = {
  kind: 'Environment',
  ...placeTable('ENVIRONMENT', 'TARGETS'),
};

/** A target, with whether it answers. */
interface TargetPlace extends Place {
  /** Absent: it is where the controller is, or nobody has asked it yet. */
  readonly reach?: Reach;
}

/** What `get targets` lists. */
export function targetView(nowMs: number): View<TargetPlace> {
  const { name, columns } = placeTable('TARGET', 'ENVIRONMENTS');
  const status = ({ reach }: TargetPlace, style: Style): string | Cell => {
    if (reach === undefined) return '-';
    const { away, lastSeenAtMs } = reach;
    if (away !== null)
      return { text: showAway({ lastSeenAtMs, ...away }, nowMs), paint: style.bad };
    return lastSeenAtMs === null ? '-' : 'ok';
  };
  return {
    kind: 'Target',
    name,
    columns: [...columns, { header: 'STATUS', cell: status, flexible: true }],
  };
}

/** What `get projects` lists. */
export const projectView: View<Place> = {
  kind: 'Project',
  ...placeTable('PROJECT', 'ENVIRONMENTS'),
};

/** What is declared in its order, then what only applications that are still there know of. */
export function environmentRows(
  { environments }: Pick<DeclaredView, 'environments'>,
  views: readonly ApplicationView[],
): readonly Place[] {
  const targetsOf = new Map(environments.map(({ name, targets }) => [name, targets]));
  return rows(
    environments,
    views,
    ({ environment }) => [environment],
    (name, group) => [...(targetsOf.get(name) ?? group.flatMap(({ targets }) => targets))],
  );
}

/** Targets that are declared, then those that only applications which left them still have. */
export function targetRows(
  { targets, environments }: DeclaredView,
  views: readonly ApplicationView[],
): readonly TargetPlace[] {
  const reachOf = new Map(targets.map(({ name, reach }) => [name, reach]));
  const places = rows(
    targets,
    views,
    (view) => view.targets,
    (name, group) => [
      ...environments.filter((one) => one.targets.includes(name)).map((one) => one.name),
      ...group.map(({ environment }) => environment),
    ],
  );
  return places.map((place) => {
    const reach = reachOf.get(place.name);
    return reach === undefined ? place : { ...place, reach };
  });
}

/** Projects that are declared, then those that only applications still name, with the environments in use. */
export function projectRows(
  { projects, environments }: DeclaredView,
  views: readonly ApplicationView[],
): readonly Place[] {
  const order = environments.map(({ name }) => name);
  return rows(
    projects,
    views,
    ({ project }) => (project === '' ? [] : [project]),
    (_, group) => {
      const used = new Set(group.map(({ environment }) => environment));
      return [...order.filter((name) => used.has(name)), ...used];
    },
  );
}

function rows(
  declared: readonly { readonly name: string }[],
  views: readonly ApplicationView[],
  placesOf: (view: ApplicationView) => readonly string[],
  othersOf: (name: string, group: readonly ApplicationView[]) => readonly string[],
): readonly Place[] {
  const names = new Set([...declared.map(({ name }) => name), ...views.flatMap(placesOf)]);
  return [...names].map((name) => {
    const group = views.filter((view) => placesOf(view).includes(name));
    return place(name, group, othersOf(name, group));
  });
}

function place(name: string, views: readonly ApplicationView[], others: readonly string[]): Place {
  return {
    name,
    others: [...new Set(others)],
    applications: views.length,
    synced: views.filter((view) => view.sync === 'Synced').length,
    healthy: views.filter(isHealthy).length,
    waiting: views.filter((view) => view.waiting !== null).length,
    held: views.filter((view) => view.hold !== null).length,
  };
}

function placeTable(header: string, others: string): Pick<View<Place>, 'name' | 'columns'> {
  return {
    name: (item) => item.name,
    columns: [
      { header, cell: (item) => item.name },
      { header: 'APPLICATIONS', cell: (item) => String(item.applications) },
      { header: 'SYNCED', cell: (item) => String(item.synced) },
      { header: 'HEALTHY', cell: (item) => String(item.healthy) },
      { header: 'WAITING', cell: (item) => String(item.waiting) },
      { header: 'HELD', cell: (item) => String(item.held) },
      { header: others, cell: (item) => item.others.join(',') || '-', flexible: true },
    ],
  };
}
