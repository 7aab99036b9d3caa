import type { ApplicationModel, ApplicationSettings, ThingModel } from '../git/model.ts';
import type { Chance } from '../world/random.ts';
import { commitApplication, pickApplication } from './edit.ts';
import type { Operation } from './operation.ts';
import { newValue } from './things.ts';

/**
 * Commits that change what an Application's document says of what is deployed: words that are filled into values, and the
 * folder that is rendered. See docs/decisions/0017.
 */

const blank = '${word}';

/** What the document says from now on, in words, and what it takes. */
interface Saying {
  readonly settings: Partial<ApplicationSettings>;
  readonly what: string;
}

function newSaying(dice: Chance, { settings }: ApplicationModel): Saying {
  if (dice.hits(0.25)) {
    const variant = settings.variant === '' ? '-next' : '';
    return { settings: { variant }, what: `its path ends with "${variant}"` };
  }
  // Without words, blanks stay as they are written.
  if (settings.substitute !== null && dice.hits(0.15))
    return { settings: { substitute: null }, what: 'no word is filled in' };
  const word = dice.hits(0.15) ? `bad${dice.int(100)}` : newValue(dice);
  return { settings: { substitute: { values: { word } } }, what: `word = ${word}` };
}

function hasBlank({ value }: ThingModel): boolean {
  return value.includes(blank);
}

/** Gives one thing a blank in its value. */
function withBlank(dice: Chance, things: readonly ThingModel[]): readonly ThingModel[] {
  if (things.length === 0) return things;
  const chosen = dice.pick(things);
  const value = dice.hits(0.7) ? blank : `v${dice.int(1_000)}-${blank}`;
  return things.map((thing) => (thing === chosen ? { ...thing, value } : thing));
}

const changeDocument: Operation = {
  name: 'change what a document says',
  weight: 4,
  run: (world, dice) => {
    const application = pickApplication(world, dice);
    if (application === null) return null;
    const { settings, what } = newSaying(dice, application);
    // Words that stand nowhere would change nothing.
    const isIdle = 'substitute' in settings && !application.things.some(hasBlank);
    const things = isIdle ? withBlank(dice, application.things) : application.things;
    return commitApplication(
      world,
      application.name,
      (one) => ({ ...one, things, settings: { ...one.settings, ...settings } }),
      `${application.name}: ${what}${isIdle ? ', for the first time' : ''}`,
    );
  },
};

const changeBoth: Operation = {
  name: 'change what a document says and its manifests',
  weight: 3,
  run: (world, dice) => {
    const application = pickApplication(world, dice, ({ things }) => things.length > 0);
    if (application === null) return null;
    const { settings, what } = newSaying(dice, application);
    const edited = dice.pick(application.things);
    const value = newValue(dice);
    const things = withBlank(
      dice,
      application.things.map((thing) => (thing === edited ? { ...thing, value } : thing)),
    );
    return commitApplication(
      world,
      application.name,
      (one) => ({ ...one, things, settings: { ...one.settings, ...settings } }),
      `${application.name}: ${what}, and ${edited.name} = ${value}`,
    );
  },
};

export const documents: readonly Operation[] = [changeDocument, changeBoth];
