import type { Operation } from './operation.ts';

export const editLive: Operation = {
  name: 'edit behind the back',
  weight: 6,
  run: (world, dice) => {
    const place = dice.pick([...world.places.values()]);
    if (place.things.length === 0) return null;
    const { at, spec } = dice.pick(place.things);
    const value = `drift${dice.int(100)}`;
    place.put(at, { ...spec, value }, null);
    return `somebody sets ${at} at ${place.name} to ${value}`;
  },
};
