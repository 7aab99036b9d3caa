import { isJsonObject } from '../../model/json.ts';
import type { Json } from '../../model/json.ts';
import type { Manifest } from '../../model/resource.ts';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import { findDuplicate } from '../duplicate.ts';
import { toManifests } from '../manifest.ts';
import type { EngineDocument } from './protocol.ts';

/** The manifests that an engine gave. @param fileOf Where a document is from, for people. */
export function manifestsOf(
  documents: readonly EngineDocument[],
  fileOf: (document: EngineDocument) => string,
): Result<readonly Manifest[]> {
  const manifests: Manifest[] = [];
  for (const document of documents) {
    if (isEmptyObject(document.object)) continue;
    const file = fileOf(document);
    const found = toManifests(file, { value: document.object, line: 1, itemLines: [] });
    if (!found.ok) return found;
    for (const manifest of found.value) manifests.push({ ...manifest, origin: { file } });
  }
  const twice = findDuplicate(manifests);
  return twice === null ? success(manifests) : failure(twice);
}

/** A document of comments alone. */
function isEmptyObject(value: Json): boolean {
  return value === null || (isJsonObject(value) && Object.keys(value).length === 0);
}
