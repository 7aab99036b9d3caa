import { canonicalJson } from '../model/json.ts';
import { showResource } from '../model/resource.ts';
import type { Desired, Observation } from '../model/resource.ts';
import { placeKey } from './digest.ts';

/** One resource is asked for its place dozens of times while it is planned and released; its parts never change. */
const places = new WeakMap<Desired['locator'], Place>();

interface Place {
  readonly id: Desired['id'];
  readonly place: string;
  readonly locatorText: string;
}

/** Where something is at its target, as text: the key of observations, of inventory entries and of what a plan forgets. */
export function placeOf(item: {
  readonly id: Desired['id'];
  readonly locator: Desired['locator'];
}): string {
  return knownPlace(item).place;
}

function knownPlace({ id, locator }: Pick<Desired, 'id' | 'locator'>): Place {
  const before = places.get(locator);
  if (before?.id === id) return before;
  const locatorText = before?.locatorText ?? canonicalJson(locator);
  const place = { id, place: placeKey(id, locatorText), locatorText };
  places.set(locator, place);
  return place;
}

/** The thing that is there, whatever it is called; `null` where there is none. */
export function thingOf(
  item: Pick<Desired, 'id' | 'locator'>,
  observation: Observation,
): string | null {
  return observation.kind === 'present'
    ? `${observation.live.uid} ${knownPlace(item).locatorText}`
    : null;
}

/** A place as people know it, by kind and name. @param place As `placeOf` gives it. */
export function showPlace(place: string): string {
  const [group = '', kind = '', namespace = '', name = ''] = (place.split('#')[0] ?? '').split('/');
  return showResource({ group, kind, namespace, name });
}
