import { z } from 'zod';
import { fieldsMissing, show, typeWords, valueAt } from '../../config/issues.ts';
import { showPath } from '../../config/problem.ts';
import { suggest } from '../../config/suggest.ts';
import type { JsonObject } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';
import type { Manifest, ResourceId } from '../../model/resource.ts';
import { kindUnknown } from '../errors.ts';
import { invalid, InvalidManifest } from './invalid-manifest.ts';
import type { ManifestProblem } from './invalid-manifest.ts';

/** Group of all kinds of this target. */
export const hostGroup = 'host.fairlead.dev';
/** What manifests of this target have as `apiVersion`: the one version that is read. */
export const hostApiVersion = `${hostGroup}/v1alpha1`;

/** What every host manifest says about itself, whatever its kind. */
interface ManifestHead {
  readonly id: ResourceId;
  /** From `fairlead.dev/wave`, or Argo CD's `sync-wave`. Default 0. */
  readonly wave: number;
  /** Default true. */
  readonly prune: boolean;
}

const waveAnnotations = ['fairlead.dev/wave', 'argocd.argoproj.io/sync-wave'];
const pruneAnnotation = 'fairlead.dev/prune';
const known = ['fairlead.dev/wave', pruneAnnotation];

const stringMap = z.record(z.string(), z.string());

const metadata = z
  .strictObject({
    name: z.string().meta({
      description: 'Name of the resource; unique in its application among all of its kind.',
    }),
    labels: stringMap.optional().meta({ description: 'For your own use.' }),
    annotations: stringMap.optional().meta({
      description:
        'For your own use, but for `fairlead.dev/wave` (a number in quotes: lower ones are live and healthy first; default "0") and `fairlead.dev/prune` ("disabled": it stays when it leaves the source). Those of Argo CD, Flux and Helm for the same are understood.',
    }),
  })
  .meta({ description: 'What the resource is called, and how it is released.' });

/** The whole document around a kind's `spec`. */
export function documentSchema(kind: string, spec: z.ZodType) {
  return z.strictObject({
    apiVersion: z.literal(hostApiVersion).meta({ description: 'Version of the format.' }),
    kind: z.literal(kind).meta({ description: 'What it is.' }),
    metadata,
    spec,
  });
}

/** Schemas are compiled when they are first used, which takes longer than many a use. */
const schemas = new WeakMap<z.ZodType, ReturnType<typeof documentSchema>>();

/** `documentSchema`, made once for each kind. */
function schemaOf(kind: string, spec: z.ZodType): ReturnType<typeof documentSchema> {
  const known = schemas.get(spec);
  if (known !== undefined) return known;
  const made = documentSchema(kind, spec);
  schemas.set(spec, made);
  return made;
}

/** A manifest whose kind does not exist here. */
export function unknownKind(manifest: Manifest, kinds: readonly string[]): InvalidManifest {
  const { apiVersion, kind } = manifest;
  const [group] = apiVersion.split('/');
  const nearest = suggest(kind, kinds);
  const problem =
    group !== hostGroup
      ? {
          path: ['apiVersion'],
          words: `a host target has no kind ${kind} of ${apiVersion}; it takes ${hostApiVersion} with ${kinds.join(', ')}`,
        }
      : apiVersion !== hostApiVersion
        ? {
            path: ['apiVersion'],
            words: `this Fairlead does not know ${apiVersion}; it takes ${hostApiVersion}`,
          }
        : {
            path: ['kind'],
            words: `there is no kind ${kind}${nearest === null ? '' : `; did you mean ${nearest}?`} Allowed: ${kinds.join(', ')}`,
          };
  return new InvalidManifest(kindUnknown.definition, manifest, [problem]);
}

/** Checks one document and gives its head and its `spec`. @throws FairleadError `target.manifest-invalid` */
export function readManifest<Spec extends z.ZodType>(
  manifest: Manifest,
  kind: string,
  spec: Spec,
): { readonly head: ManifestHead; readonly spec: z.output<Spec> } {
  const schema = schemaOf(kind, spec);
  const parsed = schema.safeParse(manifest.body);
  if (!parsed.success) {
    throw invalid(manifest, describeAll(schema, manifest.body, parsed.error.issues));
  }
  const annotations = parsed.data.metadata.annotations ?? {};
  return {
    head: {
      id: { group: hostGroup, kind, namespace: '', name: manifest.name },
      wave: readWave(manifest, annotations),
      prune: readPrune(manifest, annotations),
    },
    spec: parsed.data.spec as z.output<Spec>,
  };
}

function readWave(manifest: Manifest, annotations: Readonly<Record<string, string>>): number {
  for (const name of waveAnnotations) {
    const text = annotations[name];
    if (text === undefined) continue;
    if (!/^-?\d{1,6}$/.test(text)) {
      throw invalid(manifest, [
        {
          path: ['metadata', 'annotations', name],
          words: `metadata.annotations["${name}"] must be a whole number in quotes, not ${show(text)}`,
        },
      ]);
    }
    return Number(text);
  }
  return 0;
}

function readPrune(manifest: Manifest, annotations: Readonly<Record<string, string>>): boolean {
  for (const name of Object.keys(annotations)) {
    if (!name.startsWith('fairlead.dev/') || known.includes(name)) continue;
    const nearest = suggest(name, known);
    throw invalid(manifest, [
      {
        path: ['metadata', 'annotations', name],
        atKey: true,
        words: `metadata.annotations has no "${name}"${nearest === null ? '' : `; did you mean ${nearest}?`} Allowed: ${known.join(', ')}`,
      },
    ]);
  }
  const text = annotations[pruneAnnotation];
  if (text !== undefined && text !== 'disabled' && text !== 'enabled') {
    throw invalid(manifest, [
      {
        path: ['metadata', 'annotations', pruneAnnotation],
        words: `metadata.annotations["${pruneAnnotation}"] must be "disabled" or "enabled", not ${show(text)}`,
      },
    ]);
  }
  const options = annotations['argocd.argoproj.io/sync-options'] ?? '';
  return !(
    text === 'disabled' ||
    annotations['kustomize.toolkit.fluxcd.io/prune'] === 'disabled' ||
    annotations['helm.sh/resource-policy'] === 'keep' ||
    options.split(',').some((option) => option.trim() === 'Prune=false')
  );
}

/** What is wrong in our words: misspelt fields first, each of which is not told as a missing one as well. */
function describeAll(
  schema: z.ZodType,
  document: JsonObject,
  issues: readonly z.core.$ZodIssue[],
): readonly ManifestProblem[] {
  const isUnknown = ({ code }: z.core.$ZodIssue): boolean => code === 'unrecognized_keys';
  const meant = issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [];
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    const allowed = fieldsAt(schema, path);
    return issue.keys.map((key) => showPath([...path, suggest(key, allowed) ?? key]));
  });
  return [
    ...issues.filter(isUnknown),
    ...issues.filter(
      (issue) =>
        !isUnknown(issue) &&
        !fieldsMissing(issue, document).some((path) => meant.includes(showPath(path))),
    ),
  ].flatMap((issue) => describe(schema, document, issue));
}

/** One zod issue in our words: the field, what stands there, what may, and what was probably meant. */
function describe(
  schema: z.ZodType,
  document: JsonObject,
  issue: z.core.$ZodIssue,
): readonly ManifestProblem[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const where = path.length === 0 ? 'the document' : showPath(path);
  if (issue.code !== 'unrecognized_keys')
    return [
      {
        path,
        atKey: issue.code === 'invalid_key',
        words: `${where} ${whatIsWrong(document, issue, path)}`,
      },
    ];
  const allowed = fieldsAt(schema, path);
  return issue.keys.map((key) => {
    const nearest = suggest(key, allowed);
    const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
    const words = `${where} has no field ${show(key)}${hint} (allowed: ${allowed.join(', ')})`;
    return { path: [...path, key], atKey: true, words };
  });
}

function whatIsWrong(
  document: JsonObject,
  issue: Exclude<z.core.$ZodIssue, { code: 'unrecognized_keys' }>,
  path: readonly (string | number)[],
): string {
  const value = valueAt(document, path);
  const own = issue.message.startsWith('Invalid') ? null : issue.message;
  if (value === undefined && issue.code !== 'custom') return 'is missing';
  const found = value === undefined || isJsonObject(value as never) ? '' : `, not ${show(value)}`;
  switch (issue.code) {
    case 'invalid_type':
      return `${own ?? `must be ${typeWords(issue.expected)}`}${found}`;
    case 'invalid_value': {
      const nearest = typeof value === 'string' ? suggest(value, issue.values.map(String)) : null;
      const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
      return `must be ${issue.values.map(String).join(' or ')}${found}${hint}`;
    }
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is not a valid name';
    default: {
      const params = 'params' in issue ? ((issue.params ?? {}) as Record<string, unknown>) : {};
      const allowed =
        typeof params['allowed'] === 'string' ? ` (allowed: ${params['allowed']})` : '';
      return `${own ?? 'is not valid'}${found}${allowed}`;
    }
  }
}

/** Names of the fields that may stand at a place, read off the schema itself so that they cannot disagree. */
function fieldsAt(schema: z.ZodType, path: readonly (string | number)[]): readonly string[] {
  let at: Schema[] = [z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema];
  for (const part of path) {
    at = at.flatMap(variants).flatMap((one) => {
      if (typeof part === 'number') return one.items ?? [];
      return one.properties?.[part] ?? one.additionalProperties ?? [];
    });
  }
  return [...new Set(at.flatMap(variants).flatMap((one) => Object.keys(one.properties ?? {})))];
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

function variants(schema: Schema): Schema[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.allOf ?? [])];
  return inner.length === 0 ? [schema] : inner.flatMap(variants);
}
