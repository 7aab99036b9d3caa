import type { Hasher } from '../../../model/digest.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import { Secret } from '../../../model/sealed.ts';
import type { Sealer } from '../../../model/sealed.ts';
import { memberPath } from '../../../plan/field-diff.ts';

/** Values of a ConfigMap longer than this are digests in plans and inventories, which hold many of them. */
const longValue = 1_024;

/** What plans and inventories hold of an object, and what was taken out of it. */
interface Shaped {
  readonly fields: JsonObject;
  /** The values of a Secret, `null` for other kinds. */
  readonly secret: Secret | null;
  /** Long values by section and name. */
  readonly long: Readonly<Record<string, JsonObject>>;
  /** Text behind digests, by field path. */
  readonly texts: Readonly<Record<string, string>>;
}

const nothing = {};

/** Takes secrets and long values out of an object: seals and digests stand for them, the same way for wish and live. */
export class Shaper {
  readonly #hash: Hasher;
  readonly #sealer: Sealer;

  constructor(hash: Hasher, sealer: Sealer) {
    this.#hash = hash;
    this.#sealer = sealer;
  }

  shape(object: JsonObject): Shaped {
    if (object['apiVersion'] === 'v1') {
      if (object['kind'] === 'Secret') return this.#shapeSecret(object);
      if (object['kind'] === 'ConfigMap') return this.#shapeConfigMap(object);
    }
    return { fields: object, secret: null, long: nothing, texts: nothing };
  }

  #shapeSecret(object: JsonObject): Shaped {
    const { data } = object;
    if (!isJsonObject(data)) return { fields: object, secret: null, long: nothing, texts: nothing };
    const sealed = Object.entries(data).map(([name, value]): [string, Json] => [
      name,
      // What is no base64 is sealed as it stands.
      this.#sealer.seal(
        typeof value === 'string' ? Buffer.from(value, 'base64') : JSON.stringify(value),
      ),
    ]);
    return {
      fields: { ...object, data: Object.fromEntries(sealed) },
      secret: new Secret(JSON.stringify(data)),
      long: nothing,
      texts: nothing,
    };
  }

  #shapeConfigMap(object: JsonObject): Shaped {
    const fields: Record<string, Json> = { ...object };
    const long: Record<string, JsonObject> = {};
    const texts: Record<string, string> = {};
    for (const section of ['data', 'binaryData']) {
      const values = object[section];
      if (!isJsonObject(values)) continue;
      const taken = Object.entries(values).filter(
        (entry): entry is [string, string] =>
          typeof entry[1] === 'string' && entry[1].length > longValue,
      );
      if (section === 'data') {
        for (const [name, value] of Object.entries(values))
          if (typeof value === 'string' && value.includes('\n'))
            texts[memberPath(section, name)] = value;
      }
      if (taken.length === 0) continue;
      long[section] = Object.fromEntries(taken);
      const digests = taken.map(([name, value]) => [name, `sha256:${this.#hash(value)}`] as const);
      fields[section] = { ...values, ...Object.fromEntries(digests) };
    }
    return { fields, secret: null, long, texts };
  }
}

/** The manifest of a Secret with its values sealed, also those that are not encoded yet; others as they are. */
export function withoutSecrets(sealer: Sealer, object: JsonObject): JsonObject {
  if (object['apiVersion'] !== 'v1' || object['kind'] !== 'Secret') return object;
  const shown: Record<string, Json> = { ...object };
  for (const section of ['data', 'stringData']) {
    const values = object[section];
    if (values === undefined) continue;
    shown[section] = isJsonObject(values)
      ? Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, sealer.seal(JSON.stringify(value))]),
        )
      : sealer.seal(JSON.stringify(values));
  }
  return shown;
}

/** The object as it is written: what `shape` took out is back. */
export function unshape(
  fields: JsonObject,
  secret: Secret | undefined,
  long: Readonly<Record<string, JsonObject>>,
): JsonObject {
  const whole: Record<string, Json> = { ...fields };
  if (secret !== undefined) whole['data'] = JSON.parse(secret.reveal()) as JsonObject;
  for (const [section, values] of Object.entries(long)) {
    const short = whole[section];
    whole[section] = { ...(isJsonObject(short) ? short : {}), ...values };
  }
  return whole;
}
