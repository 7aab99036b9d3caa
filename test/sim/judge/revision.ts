import { sameJson } from '../../../src/model/json.ts';
import { inventoryOf } from '../place/ledger.ts';
import type { World } from '../run/world.ts';
import type { Book } from './book.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import { wishOf, wishesOf } from './truth.ts';
import type { Rule } from './violation.ts';

type Report = (rule: Rule, message: string) => void;

/** What is done must be what the release's commit says, and that commit one that may be worked on now. */
export function checkRevision(world: World, book: Book, effect: SeenEffect, report: Report): void {
  const { release, key, name, after, at, controller } = effect;
  const commit = world.repository.find(release.revision[0]?.commit ?? '');
  if (commit === null) {
    // What was never released well has no revision; all that can be done with it is to take it away.
    if (release.revision.length === 0 && after === null && leaves(book, effect)) return;
    report('stale-revision', `${describeEffect(effect)}: it names no commit`);
    return;
  }
  // Commits can come faster than a plan is made.
  const around = book.commitsAround(controller, release.id, 10);
  // With several targets, the last good state is that of one of them.
  const isLastGood = [...world.places.values()].some(
    (one) => inventoryOf(one, name)?.revision[0]?.commit === commit.id,
  );
  if (!around.includes(commit.id) && !isLastGood && !book.isHeldAt(name, commit.id))
    report('stale-revision', `${describeEffect(effect)}: ${commit.id.slice(0, 8)} is not current`);

  if (after !== null) {
    const isSame = wishesOf(world.repository, commit.model, key, world.secrets).some((wish) => {
      const wanted = wish.kind === 'things' ? wish.things.get(at) : undefined;
      // A secret may have been rotated since; that it is one of ours is checked where it is sealed.
      return (
        wanted !== undefined &&
        sameJson({ ...after.spec, secret: null }, { ...wanted, secret: null })
      );
    });
    if (!isSame)
      report(
        'not-in-revision',
        `${describeEffect(effect)}: commit ${commit.id.slice(0, 8)} does not say ${after.spec.value}`,
      );
    return;
  }
  checkDelete(world, book, effect, report);
}

function checkDelete(world: World, book: Book, effect: SeenEffect, report: Report): void {
  const { release, key, at, place, controller } = effect;
  const commit = world.repository.commit(release.revision[0]?.commit ?? '');
  const wish = wishOf(commit.model, key, world.secrets);
  if (leaves(book, effect)) return;
  switch (wish.kind) {
    case 'unusable':
      report('failed-input-deletes', `${describeEffect(effect)}: ${wish.why}`);
      return;
    case 'gone':
      return;
    case 'things':
      if (wish.things.has(at) && wish.environment.targets.includes(place.name))
        report(
          'delete-of-wanted',
          `${describeEffect(effect)}: ${controller.name} has it in its commit`,
        );
  }
}

/**
 * Whether a commit that the controller had before it takes the application away, here or everywhere. One that goes on
 * under another name does not leave.
 */
export function leaves(book: Book, effect: SeenEffect): boolean {
  const { controller, release, key, place } = effect;
  return book.modelsInForce(controller, release.id, key.application).some((model) => {
    const application =
      model.applications.find(({ name }) => name === key.application) ??
      model.applications.find(({ settings }) => settings.previousNames.includes(key.application));
    const environment = model.environments.find(({ name }) => name === key.environment);
    return !(
      application?.environments.includes(key.environment) === true &&
      environment?.targets.includes(place.name) === true
    );
  });
}
