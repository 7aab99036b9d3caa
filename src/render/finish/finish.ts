import type { ApplicationConfig } from '../../model/config.ts';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import { findDuplicate } from '../duplicate.ts';
import type { Rendered } from '../renderer.ts';
import { mark } from './marks.ts';
import { substitute } from './substitute.ts';

/** What an application wants done with what was rendered, whatever rendered it. */
export type FinishConfig = Pick<ApplicationConfig, 'substitute' | 'labels' | 'annotations'>;

/** Fills variables in, then puts labels and annotations on. What was rendered stays as it is. */
export function finish(
  rendered: Rendered,
  config: FinishConfig,
  environment: string,
): Result<Rendered> {
  const filled =
    config.substitute === undefined
      ? success(rendered.manifests)
      : substitute(rendered.manifests, config.substitute, environment);
  if (!filled.ok) return filled;
  const manifests = mark(filled.value, config);
  const twice = config.substitute === undefined ? null : findDuplicate(manifests);
  return twice === null ? success({ ...rendered, manifests }) : failure(twice);
}
