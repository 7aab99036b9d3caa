import type { Json } from '../../../src/model/json.ts';
import type { Mutation } from './admission.ts';
import { listAt, objectAt, set, textAt } from './value.ts';

/** Where images come from, as they are wished for and as a webhook has them. */
export const images = 'registry.example/app:';
const mirror = 'mirror.example/app:';

/** What an image says of the value of a thing. */
export function valueOf(image: string): string {
  return image.replace(images, '').replace(mirror, '');
}

/** Takes images from a mirror, puts a container beside those of each workload, and a value of its own into each ConfigMap. */
export const webhook: Mutation = ({ kind }, object) => {
  if (kind === 'ConfigMap') return set(object, ['data', 'injected'], 'by a webhook');
  if (kind !== 'Deployment') return object;
  const way = ['spec', 'template', 'spec', 'containers'];
  const own = listAt(object, ...way).filter((one) => textAt(one, 'name') !== 'sidecar');
  const mirrored = own.map((one): Json => ({
    ...objectAt(one),
    image: textAt(one, 'image').replace(images, mirror),
  }));
  return set(object, way, [...mirrored, { name: 'sidecar', image: 'registry.example/sidecar:1' }]);
};
