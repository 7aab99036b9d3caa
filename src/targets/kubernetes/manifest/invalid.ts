import type { FairleadError } from '../../../model/error.ts';
import type { Manifest } from '../../../model/resource.ts';
import { manifestInvalid } from '../../errors.ts';

/** Where a manifest stands and what it is: `app/web.yaml:3: Deployment/web`. */
export function showManifest({ origin, kind, name }: Manifest): string {
  const line = origin.line === undefined ? '' : `:${origin.line}`;
  return `${origin.file}${line}: ${kind}/${name}`;
}

/** `problem` names the field and what is wrong with it. */
export function invalidManifest(manifest: Manifest, problem: string): FairleadError {
  return manifestInvalid({
    message: `${showManifest(manifest)}: ${problem}`,
    resource: `${manifest.kind}/${manifest.name}`,
  });
}
