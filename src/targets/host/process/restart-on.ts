import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { Manifest } from '../../../model/resource.ts';
import type { Sealer } from '../../../model/sealed.ts';
import { contentDigest } from '../file/content.ts';
import { fileSpec } from '../file/spec.ts';
import { sealContent } from '../file/uid.ts';
import { invalid } from '../invalid-manifest.ts';
import type { SecretReference } from '../secrets.ts';

/**
 * What the files that a process depends on are to hold, by the names given: a digest, sealed for a secret file. It
 * stands in the fields of the process, so the plan that changes a file shows that the process is started anew.
 *
 * @throws FairleadError `target.manifest-invalid` for a name that no File of the application has.
 */
export async function digestsOf(
  names: readonly string[],
  manifest: Manifest,
  siblings: readonly Manifest[],
  reveal: (reference: SecretReference) => Promise<string>,
  sealer: Sealer,
): Promise<JsonObject> {
  const digests: Record<string, Json> = {};
  for (const name of names) {
    const file = siblings.find((one) => one.kind === 'File' && isCalled(one, name));
    if (file === undefined) {
      throw invalid(manifest, [
        {
          path: ['spec', 'restartOn', names.indexOf(name)],
          words: `spec.restartOn names ${name}, but no File of this application has that name or path`,
        },
      ]);
    }
    const spec = fileSpec.safeParse(file.body['spec']);
    // What is wrong with the file is told as the file's own problem.
    if (!spec.success) continue;
    const { content, contentFrom } = spec.data;
    digests[name] =
      contentFrom === undefined
        ? contentDigest(content ?? '')
        : sealContent(sealer, contentDigest(await reveal(contentFrom)));
  }
  return digests;
}

function isCalled(file: Manifest, name: string): boolean {
  const spec = file.body['spec'];
  return file.name === name || (isJsonObject(spec) && spec['path'] === name);
}
