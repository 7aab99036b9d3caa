import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { checkValue } from './check.ts';
import { readDocument } from './node.ts';
import type { SchemaNode } from './node.ts';

/** What the server's own kinds may look like, so that a misspelt field is found before anything is sent. */
export interface Schemas {
  /**
   * What is wrong with an object, in words. Empty where nothing is, and where the server does not say what the kind
   * looks like: then it judges by itself when the object is sent. Kinds of CustomResourceDefinitions are left to it, too:
   * they may change in the very release that uses the change.
   */
  check(type: ResourceType, object: JsonObject): Promise<readonly string[]>;
  /** Begins to ask for what nearly everybody uses, so that it is there when the first manifests are. */
  foresee(): void;
}

/** Pods, Services, Secrets …; Deployments and what else runs pods. */
const usual: readonly string[] = ['api/v1', 'apis/apps/v1'];

/** Asks for each document of OpenAPI v3 once, when its first kind is checked. */
export function createSchemas(client: KubernetesClient): Schemas {
  const documents = new Map<string, Promise<ReadonlyMap<string, SchemaNode>>>();
  let index: Promise<JsonObject> | null = null;
  const load = async (path: string): Promise<ReadonlyMap<string, SchemaNode>> => {
    try {
      index ??= getJson(client, '/openapi/v3');
      const paths = (await index)['paths'];
      const entry = isJsonObject(paths) ? paths[path] : undefined;
      const url = isJsonObject(entry) ? entry['serverRelativeURL'] : undefined;
      if (typeof url !== 'string') return new Map();
      return readDocument(await getJson(client, url));
    } catch {
      // The server checks what it is sent in any case; asked again the next time.
      index = null;
      documents.delete(path);
      return new Map();
    }
  };
  const documentAt = (path: string): Promise<ReadonlyMap<string, SchemaNode>> => {
    let document = documents.get(path);
    if (document === undefined) {
      document = load(path);
      documents.set(path, document);
    }
    return document;
  };
  return {
    check: async (type, object) => {
      if (!isBuiltIn(type)) return [];
      const { group, version, kind } = type;
      const document = await documentAt(
        group === '' ? `api/${version}` : `apis/${group}/${version}`,
      );
      const node = document.get(`${group}/${version}/${kind}`);
      return node === undefined ? [] : checkValue(node, object);
    },
    foresee: () => {
      for (const path of usual) void documentAt(path);
    },
  };
}

/** Groups that the server itself brings; a CustomResourceDefinition may have one of these by an approval only. */
function isBuiltIn({ group }: ResourceType): boolean {
  return !group.includes('.') || served.has(group);
}

const served = new Set(
  [
    'admissionregistration',
    'apiextensions',
    'apiregistration',
    'authentication',
    'authorization',
    'certificates',
    'coordination',
    'discovery',
    'events',
    'flowcontrol.apiserver',
    'networking',
    'node',
    'rbac.authorization',
    'resource',
    'scheduling',
    'storage',
  ].map((name) => `${name}.k8s.io`),
);

async function getJson(client: KubernetesClient, path: string): Promise<JsonObject> {
  const answer = await client.raw({ method: 'GET', path, accept: 'application/json' });
  if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}`);
  const value = JSON.parse(answer.text) as Json;
  if (!isJsonObject(value)) throw new Error(`GET ${path} gave no object`);
  return value;
}
