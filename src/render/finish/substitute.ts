import { load } from 'js-yaml';
import type { SubstituteConfig } from '../../model/config.ts';
import { isJsonObject } from '../../model/json.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Manifest } from '../../model/resource.ts';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import { substitutionFailed } from '../errors.ts';
import { inexactNumber, kubernetesSchema } from '../kubernetes-yaml.ts';
import { toManifests } from '../manifest.ts';
import { CannotExpand, expand } from './expand.ts';
import type { Variables } from './expand.ts';

/** On an object, as label or annotation with the value `disabled`: it is left as it is. */
const switches = ['fairlead.dev/substitute', 'kustomize.toolkit.fluxcd.io/substitute'];

/** Fills variables into every text of the objects, names of fields included. */
export function substitute(
  manifests: readonly Manifest[],
  config: SubstituteConfig,
  environment: string,
): Result<readonly Manifest[]> {
  const values = new Map([
    ...Object.entries(config.values),
    ...Object.entries(config.environments[environment] ?? {}),
  ]);
  const variables: Variables = (name) => values.get(name);
  const filled: Manifest[] = [];
  for (const manifest of manifests) {
    if (isSwitchedOff(manifest.body)) {
      filled.push(manifest);
      continue;
    }
    try {
      const value = fill(
        manifest.body,
        { variables, strict: config.strict, kind: manifest.kind },
        [],
      );
      const { file, line = 1 } = manifest.origin;
      // Its name may be another one now, or none.
      const found = toManifests(file, { value, line, itemLines: [] });
      if (!found.ok) return found;
      for (const one of found.value) filled.push({ ...one, origin: manifest.origin });
    } catch (thrown) {
      if (!(thrown instanceof CannotExpand)) throw thrown;
      const { file, line } = manifest.origin;
      const where = line === undefined ? file : `${file}:${line}`;
      return failure(
        substitutionFailed({
          message: `${where}: ${manifest.kind}/${manifest.name}: ${thrown.message}`,
          resource: `${manifest.kind}/${manifest.name}`,
        }),
      );
    }
  }
  return success(filled);
}

function isSwitchedOff(body: JsonObject): boolean {
  const metadata = isJsonObject(body['metadata']) ? body['metadata'] : {};
  return ['labels', 'annotations'].some((where) => {
    const marks = metadata[where];
    return isJsonObject(marks) && switches.some((name) => marks[name] === 'disabled');
  });
}

interface Filling {
  readonly variables: Variables;
  readonly strict: boolean;
  readonly kind: string;
}

function fill(value: Json, filling: Filling, path: readonly string[]): Json {
  const { variables, strict, kind } = filling;
  if (typeof value === 'string') {
    const text = expand(value, variables, strict);
    if (text === value) return value;
    const filled = resolve(value, text);
    refuseNoText(value, text, filled, { kind, path });
    return filled;
  }
  if (Array.isArray(value)) return value.map((item, at) => fill(item, filling, [...path, `${at}`]));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const key = expand(name, variables, strict);
      return [key, fill(member, filling, [...path, key])];
    }),
  );
}

/** The server would say so too, but neither that it comes of a variable nor how it stays text. */
function refuseNoText(
  before: string,
  after: string,
  filled: Json,
  { kind, path }: { readonly kind: string; readonly path: readonly string[] },
): void {
  if (filled === null || typeof filled === 'string' || !isTextOnly(kind, path)) return;
  const type = Array.isArray(filled) ? 'list' : isJsonObject(filled) ? 'mapping' : typeof filled;
  const where = `in ${path.join('.')}, where only text can stand`;
  throw new CannotExpand(
    `${before} becomes ${after}, a ${type}, ${where}; write its value as '"${after}"'`,
  );
}

/** Of the fields that every API server has as text those in which variables stand most often. */
function isTextOnly(kind: string, path: readonly string[]): boolean {
  const [first, second] = path;
  if (first === 'metadata') return second === 'labels' || second === 'annotations';
  if (path.length === 2 && kind === 'ConfigMap') return first === 'data';
  if (path.length === 2 && kind === 'Secret') return first === 'data' || first === 'stringData';
  return /\.(?:initContainers|containers)\.\d+\.env\.\d+\.value$/.test(path.join('.'));
}

/**
 * What a text is once its variables are filled in. Flux fills them into the YAML of an object, so that `${REPLICAS}` becomes
 * a number and `${LIST}` with `[a, b]` a list; a value in quotes stays text. The same is true here for what stands on one
 * line, but nothing that a value holds can add a field beside the one it stands in.
 */
function resolve(before: string, after: string): Json {
  if (before.includes('\n') || after.includes('\n') || !isPlain(before)) return after;
  if (inexactNumber(after) !== null)
    throw new CannotExpand(`${before} becomes ${after}, a number that cannot be kept`);
  try {
    if (after.trim() === '') return null;
    const value = load(after, { schema: kubernetesSchema }) as Json | undefined;
    if (value === undefined) return null;
    // `a: b` would be a mapping only because of its colon.
    return isJsonObject(value) && !after.trimStart().startsWith('{') ? after : value;
  } catch {
    return after;
  }
}

/** Whether YAML would write the text without quotes. */
function isPlain(text: string): boolean {
  return text.trim() === text && !/^[-?:,[\]{}#&*!|>'"%@`]/.test(text) && !/: |:$| #/.test(text);
}
