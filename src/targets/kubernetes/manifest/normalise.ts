import type { InventoryKey } from '../../../model/inventory.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { Manifest, ResourceId } from '../../../model/resource.ts';
import { managedLabel } from '../names.ts';
import { invalidManifest } from './invalid.ts';

/** Whose an object is, for people and their selectors; never proof of it. */
const applicationLabel = 'fairlead.dev/application';
const environmentLabel = 'fairlead.dev/environment';

/**
 * What we put on every object. Labels only: a Deployment counts a changed annotation as a new generation, and adopting one
 * should not.
 */
export function marksOf(key: InventoryKey): Readonly<Record<string, string>> {
  return {
    [managedLabel]: 'true',
    [applicationLabel]: labelValue(key.application),
    [environmentLabel]: labelValue(key.environment),
  };
}

/** A name as a label may hold it. */
function labelValue(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 63)
    .replaceAll(/^[._-]+|[._-]+$/g, '');
}

/** What the server keeps and nobody wishes for. */
const serverMetadata = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generateName',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** A copy of what `kubectl apply` sent, secrets included. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The fields of a manifest that are a wish: without status and what the server keeps, in its namespace, marked as ours.
 * `stringData` is written as `data`, because the server would, and would keep keys that leave it.
 * @throws FairleadError `target.manifest-invalid`
 */
export function normalise(manifest: Manifest, id: ResourceId, key: InventoryKey): JsonObject {
  const { body } = manifest;
  const { metadata: _metadata, status: _status, stringData, ...rest } = body;
  const fields: Record<string, Json> = {};
  const isSecret = id.group === '' && id.kind === 'Secret';
  const keepsNull = id.group.includes('.') && !id.group.endsWith('.k8s.io');
  for (const [name, value] of Object.entries(rest))
    if (value !== null) fields[name] = keepsNull ? value : withoutNulls(value);
  fields['metadata'] = metadataOf(manifest, id, key);
  if (isSecret) {
    const data = dataOf(manifest, fields['data'], stringData);
    if (data === null) delete fields['data'];
    else fields['data'] = data;
  } else if (stringData !== undefined) fields['stringData'] = stringData;
  return fields;
}

function metadataOf(manifest: Manifest, id: ResourceId, key: InventoryKey): JsonObject {
  const given = isJsonObject(manifest.body['metadata']) ? manifest.body['metadata'] : {};
  const { labels, annotations, namespace: _namespace, ...rest } = given;
  const kept = Object.entries(rest).filter(
    ([name, value]) => value !== null && !serverMetadata.has(name),
  );
  const { [lastApplied]: _last, ...others } = stringMap(manifest, 'annotations', annotations);
  return {
    ...Object.fromEntries(kept),
    ...(id.namespace === '' ? {} : { namespace: id.namespace }),
    labels: { ...stringMap(manifest, 'labels', labels), ...marksOf(key) },
    ...(Object.keys(others).length === 0 ? {} : { annotations: others }),
  };
}

/** Labels and annotations are text; numbers and booleans without quotes are the mistake that everybody makes. */
export function stringMap(
  manifest: Manifest,
  field: string,
  value: Json | undefined,
): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) {
    throw invalidManifest(manifest, `metadata.${field} must be a mapping of text to text`);
  }
  const entries: [string, string][] = [];
  for (const [name, text] of Object.entries(value)) {
    if (text === null) continue;
    if (typeof text !== 'string') {
      throw invalidManifest(
        manifest,
        `metadata.${field}["${name}"] must be text: put quotes around ${JSON.stringify(text)}`,
      );
    }
    entries.push([name, text]);
  }
  return Object.fromEntries(entries);
}

function dataOf(
  manifest: Manifest,
  data: Json | undefined,
  stringData: Json | undefined,
): JsonObject | null {
  if (data === undefined && (stringData === undefined || stringData === null)) return null;
  const entries: Record<string, Json> = {};
  for (const [name, value] of members(manifest, 'data', data)) {
    if (
      !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(
        value.replaceAll(/\s/g, ''),
      )
    ) {
      throw invalidManifest(manifest, `data["${name}"] is not base64; text goes into stringData`);
    }
    entries[name] = value.replaceAll(/\s/g, '');
  }
  for (const [name, value] of members(manifest, 'stringData', stringData))
    entries[name] = Buffer.from(value, 'utf8').toString('base64');
  return entries;
}

/** Values are named in no message: they are secrets. */
function members(
  manifest: Manifest,
  field: string,
  value: Json | undefined,
): readonly (readonly [string, string])[] {
  if (value === undefined || value === null) return [];
  if (!isJsonObject(value)) throw invalidManifest(manifest, `${field} must be a mapping`);
  return Object.entries(value).map(([name, text]) => {
    if (text === null) return [name, ''];
    if (typeof text !== 'string')
      throw invalidManifest(manifest, `${field}["${name}"] must be text`);
    return [name, text];
  });
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutNulls);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member === null ? [] : [[name, withoutNulls(member)]],
    ),
  );
}
