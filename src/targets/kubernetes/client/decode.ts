import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { ListPage } from './client.ts';
import { answerInvalid } from './errors.ts';
import type { KubeObject } from './object.ts';
import { apiVersionOf } from './resource-type.ts';
import type { ResourceType } from './resource-type.ts';

/** @throws FairleadError `kubernetes.answer-invalid`, without the text: it may hold a secret */
function parseAnswer(text: string, resource: string): JsonObject {
  let value: Json | undefined;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    // Told below.
  }
  if (isJsonObject(value)) return value;
  throw answerInvalid({ message: `${resource}: what came is no JSON object`, resource });
}

/** Items of lists and partial objects do not say what they are, or say something else. */
export function named(object: JsonObject, apiVersion: string, kind: string): KubeObject {
  return Object.assign(object as KubeObject, { apiVersion, kind });
}

/** @throws FairleadError `kubernetes.answer-invalid` */
export function decodeObject(type: ResourceType, text: string, resource: string): KubeObject {
  const value = parseAnswer(text, resource);
  if (isJsonObject(value['metadata'])) return named(value, apiVersionOf(type), type.kind);
  throw answerInvalid({ message: `${resource}: what came is no object`, resource });
}

/** A page, and where the next one begins; empty: there is none. @throws FairleadError `kubernetes.answer-invalid` */
export function decodePage(
  type: ResourceType,
  text: string,
  resource: string,
): { readonly page: ListPage; readonly next: string } {
  const { items, metadata } = parseAnswer(text, resource);
  if (!isJsonObject(metadata) || (items !== null && !Array.isArray(items)))
    throw answerInvalid({ message: `${resource}: what came is no list`, resource });
  const { continue: more, resourceVersion } = metadata;
  const next = typeof more === 'string' ? more : '';
  const apiVersion = apiVersionOf(type);
  const list = (items ?? []) as readonly JsonObject[];
  return {
    next,
    page: {
      items: list.map((item) => named(item, apiVersion, type.kind)),
      resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
      isLast: next === '',
    },
  };
}

/** What a delete was answered with: the object if it waits for finalizers. `null`: it is gone. */
export function decodeDeleted(
  type: ResourceType,
  text: string,
  resource: string,
): KubeObject | null {
  const value = parseAnswer(text, resource);
  if (value['kind'] === 'Status' || !isJsonObject(value['metadata'])) return null;
  const object = named(value, apiVersionOf(type), type.kind);
  // Without finalizers the answer is the object as it was last.
  return object.metadata.deletionTimestamp === undefined ? null : object;
}
