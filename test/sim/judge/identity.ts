import type { Release } from '../../../src/model/release.ts';
import type { Effect } from '../../../src/targets/target.ts';
import type { Controller } from '../run/controller.ts';
import type { Book } from './book.ts';
import { folderOf } from './truth.ts';
import type { Rule } from './violation.ts';

interface Write {
  readonly controller: Controller;
  readonly release: Release;
  readonly effect: Effect;
  /** `null`: the controller's own name. */
  readonly user: string | null;
  readonly at: string;
}

/** What an application does it does as its project says, in one of the commits that may be in force. */
export function checkIdentity(
  book: Book,
  { controller, release, effect, user, at }: Write,
  report: (rule: Rule, message: string) => void,
): void {
  const { application } = effect.key;
  // What a commit says is done with the rights that it gives itself, not with those of before it.
  const commit = release.revision[0]?.commit;
  const models = book.modelsInForce(controller, release.id, application, commit);
  const projects = models.flatMap((model) =>
    model.applications
      .filter(({ folder }) => folder === folderOf(application))
      .map(({ settings }) => settings.project),
  );
  if (projects.length === 0 || projects.includes(user)) return;
  report(
    'wrong-identity',
    `${at} was written for ${application} as ${user ?? 'the controller'}, not as ${projects.join(' or ')}`,
  );
}
