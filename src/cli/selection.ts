import type { DeclaredView, Selector } from '../control/api.ts';
import { suggest } from '../config/suggest.ts';
import { applicationNotFound } from '../reconcile/errors.ts';
import { usage } from './errors.ts';

/** What a person named: `site` in all its environments, or `site@dev`. */
interface Selection {
  readonly application: string;
  readonly environment: string | null;
}

/** @throws FairleadError `cli.usage` */
export function parseSelection(text: string, environment: string | null): Selection {
  const [application = '', given, ...rest] = text.split('@');
  if (application === '' || given === '' || rest.length > 0) {
    throw usage({
      message: `"${text}" does not name an application`,
      hint: 'Write APP or APP@ENVIRONMENT.',
    });
  }
  if (given !== undefined && environment !== null && given !== environment) {
    throw usage({
      message: `"${text}" and --environment ${environment} name different environments`,
      hint: 'Give one of the two.',
    });
  }
  return { application, environment: given ?? environment };
}

/**
 * The applications that were named, each once, in the order of `views`; all of them where nothing was named.
 * @throws FairleadError `application.not-found` for the first name that fits none, with what was probably meant
 */
export function select<T extends Selector>(
  views: readonly T[],
  names: readonly string[],
  environment: string | null,
): readonly T[] {
  if (environment !== null) checkEnvironment(views, environment);
  const wanted = names.map((name) => parseSelection(name, environment));
  for (const one of wanted) checkSelection(views, one);
  if (wanted.length === 0)
    return views.filter((view) => environment === null || view.environment === environment);
  return views.filter((view) => wanted.some((one) => fits(view, one)));
}

/**
 * The one application and environment that was named.
 * @throws FairleadError `application.not-found`; `cli.usage` where the name stands for several
 */
export function selectOne<T extends Selector>(
  views: readonly T[],
  name: string,
  environment: string | null,
): T {
  const found = select(views, [name], environment);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = found.map(showSelector);
  throw usage({
    message: `"${name}" stands for ${names.length} applications: ${names.join(', ')}`,
    hint: `Name the environment, for example ${names[0] ?? ''}.`,
  });
}

/** `application@environment`, as people write and read it. */
export function showSelector(selector: Selector): string {
  return `${selector.application}@${selector.environment}`;
}

/** Compares by application, and within one by the order in which a change reaches its environments. */
export function byReleaseOrder(
  declared: Pick<DeclaredView, 'environments'>,
): (left: Selector, right: Selector) => number {
  const order = new Map(declared.environments.map(({ name }, at) => [name, at]));
  const at = ({ environment }: Selector): number => order.get(environment) ?? order.size;
  return (left, right) =>
    compare(left.application, right.application) ||
    at(left) - at(right) ||
    compare(left.environment, right.environment);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function fits(view: Selector, wanted: Selection): boolean {
  return (
    view.application === wanted.application &&
    (wanted.environment === null || view.environment === wanted.environment)
  );
}

function checkEnvironment(views: readonly Selector[], environment: string): void {
  const known = new Set(views.map((view) => view.environment));
  if (known.has(environment) || known.size === 0) return;
  throw notFound(`no application has an environment ${environment}`, environment, [...known]);
}

function checkSelection(views: readonly Selector[], wanted: Selection): void {
  if (views.some((view) => fits(view, wanted))) return;
  const { application, environment } = wanted;
  const elsewhere = views.filter((view) => view.application === application);
  if (elsewhere.length > 0 && environment !== null) {
    const message = `${application} has no environment ${environment}`;
    throw notFound(
      message,
      `${application}@${environment}`,
      elsewhere.map((view) => view.environment),
    );
  }
  const names = new Set(views.map((view) => view.application));
  throw notFound(`there is no application ${application}`, application, [...names]);
}

function notFound(message: string, resource: string, candidates: readonly string[]): Error {
  const word = resource.includes('@') ? (resource.split('@')[1] ?? '') : resource;
  const meant = suggest(word, candidates);
  const few =
    candidates.length > 0 && candidates.length <= 8
      ? `There is ${candidates.toSorted().join(', ')}.`
      : null;
  return applicationNotFound({
    message,
    resource,
    hint:
      meant === null
        ? (few ?? 'List them with `fairlead get applications`.')
        : `Did you mean ${meant}?`,
  });
}
