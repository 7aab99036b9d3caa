import type { JsonObject } from '../../../model/json.ts';
import type { Desired } from '../../../model/resource.ts';
import type { Hook } from '../hook/hook.ts';
import type { Options } from './options.ts';

/** What the target needs beside `fields` to carry a resource out. */
interface Payload {
  readonly options: Options;
  /** Values that `fields` has only digests of, by section and name. */
  readonly long: Readonly<Record<string, JsonObject>>;
  /** Fields that are made as the source says and then belong to others: JSON pointer → first value. */
  readonly released: JsonObject;
  /** What these managers hold is left to them. */
  readonly ignoredManagers: readonly string[];
  readonly hook: Hook | null;
}

/** What `prepare` put beside the fields. */
export function payloadOf(desired: Pick<Desired, 'payload'>): Payload {
  // Opaque to everybody else, so only `prepare` can have made it.
  return desired.payload as unknown as Payload;
}

/** What becomes of fields that the server does not know: refused, or dropped where a `sync-options` says `Validate=false`. */
export function fieldValidationOf(desired: Pick<Desired, 'payload'>): 'Strict' | 'Ignore' {
  return payloadOf(desired).options.validate ? 'Strict' : 'Ignore';
}

/** Makes it opaque, as the engine carries it. */
export function toPayload(payload: Payload): JsonObject {
  return payload as unknown as JsonObject;
}
