import type { JsonObject } from '../../../src/model/json.ts';
import { isJsonObject } from '../../../src/model/json.ts';
import type { User } from '../../sim/cluster/access.ts';
import { textAt } from '../../sim/cluster/value.ts';
import type { Side, SideAnswer } from './side.ts';

/** Requests that both servers are sent, one after the other. */
export interface Sequence {
  /** What is compared, in words. */
  readonly name: string;
  play(player: Player): Promise<void>;
}

/** Sends requests to one side and notes what it says. */
export class Player {
  readonly #side: Side;
  readonly #note: (what: string, answer: JsonObject) => void;

  constructor(side: Side, note: (what: string, answer: JsonObject) => void) {
    this.#side = side;
    this.#note = note;
  }

  get namespace(): string {
    return this.#side.namespace;
  }

  path(plural: string, name = '', group = 'api/v1'): string {
    const root = group === 'api/v1' ? '/api/v1' : `/apis/${group}`;
    return `${root}/namespaces/${this.namespace}/${plural}${name === '' ? '' : `/${name}`}`;
  }

  async send(...request: Parameters<Side['ask']>): Promise<JsonObject> {
    const answer = await this.#side.ask(...request);
    const [method, path] = request;
    const what = `${method} ${path.replaceAll(this.namespace, 'NS')}`;
    // A time or a version in the path is each side's own.
    this.#note(what.replaceAll(/(resourceVersion|continue)=[^&]+/g, '$1=…'), {
      status: answer.status,
      body: answer.body,
    });
    return answer.body;
  }

  /** Sends as somebody else. */
  as(user: User): Player {
    const side: Side = {
      ...this.#side,
      ask: (method, path, body, contentType, accept) =>
        this.#side.ask(method, path, body, contentType, accept, user),
    };
    return new Player(side, this.#note);
  }

  /** Sends, and notes nothing. */
  async quietly(...request: Parameters<Side['ask']>): Promise<void> {
    await this.#side.ask(...request);
  }

  get(path: string, accept?: string): Promise<JsonObject> {
    return this.send('GET', path, undefined, undefined, accept);
  }

  apply(path: string, body: JsonObject, options = 'fieldManager=fairlead'): Promise<JsonObject> {
    return this.send('PATCH', `${path}?${options}`, body, 'application/apply-patch+yaml');
  }

  patch(path: string, body: JsonObject, manager = 'kubectl-edit'): Promise<JsonObject> {
    const type = 'application/merge-patch+json';
    return this.send('PATCH', `${path}?fieldManager=${manager}`, body, type);
  }

  /** Notes something that was found out. */
  note(what: string, value: JsonObject): void {
    this.#note(what, value);
  }

  /** See `Side.mutate`. */
  mutate(): Promise<() => Promise<void>> {
    return this.#side.mutate();
  }

  async watch(path: string, accept?: string): Promise<void> {
    const events = await this.#side.watch(path, accept);
    this.#note('watch', { events });
  }

  forget(): Promise<void> {
    return this.#side.forget();
  }

  /** Waits, and notes nothing on the way. */
  until(path: string, isSo: (answer: SideAnswer) => boolean): Promise<SideAnswer> {
    return this.#side.until(path, isSo);
  }
}

export function metadataOf(object: JsonObject): JsonObject {
  return isJsonObject(object['metadata']) ? object['metadata'] : {};
}

export function versionOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'resourceVersion');
}

export function uidOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'uid');
}

export function configMap(name: string, data: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

export function deployment(name: string, container: JsonObject, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'registry.example/main:1', ...container }] },
      },
      ...spec,
    },
  };
}
