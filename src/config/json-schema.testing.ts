type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

/** Whether a value fits a JSON Schema; knows the keywords that ours uses and throws for any other. */
export function accepts(root: Schema, value: unknown, at: Schema = root): boolean {
  const inner = (one: unknown, part: unknown): boolean => accepts(root, part, one as Schema);
  return Object.entries(at).every(([keyword, given]) => {
    const list = given as readonly unknown[];
    const number = given as number;
    const items = Array.isArray(value) ? (value as readonly unknown[]) : [];
    const members = isObject(value) ? value : {};
    switch (keyword) {
      case '$ref':
        return inner((root['$defs'] as Schema)[String(given).replace('#/$defs/', '')], value);
      case 'type':
        return types[String(given)]?.(value) ?? false;
      case 'const':
        return value === given;
      case 'enum':
        return list.includes(value);
      case 'properties':
        return Object.entries(given as Schema).every(
          ([name, one]) => members[name] === undefined || inner(one, members[name]),
        );
      case 'required':
        return list.every((name) => members[String(name)] !== undefined);
      case 'additionalProperties': {
        const known = Object.keys((at['properties'] as object | undefined) ?? {});
        const others = Object.keys(members).filter((name) => !known.includes(name));
        return given === false
          ? others.length === 0
          : others.every((name) => inner(given, members[name]));
      }
      case 'propertyNames':
        return Object.keys(members).every((name) => inner(given, name));
      case 'items':
        return items.every((item) => inner(given, item));
      case 'minItems':
        return items.length >= number;
      case 'maxItems':
        return items.length <= number;
      case 'uniqueItems':
        return new Set(items).size === items.length;
      case 'pattern':
        return typeof value !== 'string' || new RegExp(String(given), 'u').test(value);
      case 'minLength':
        return typeof value !== 'string' || value.length >= number;
      case 'maxLength':
        return typeof value !== 'string' || value.length <= number;
      case 'minimum':
        return typeof value !== 'number' || value >= number;
      case 'maximum':
        return typeof value !== 'number' || value <= number;
      case 'oneOf':
        return list.filter((one) => inner(one, value)).length === 1;
      case 'anyOf':
        return list.some((one) => inner(one, value));
      case 'not':
        return !inner(given, value);
      case '$schema':
      case '$defs':
      case 'title':
      case 'description':
      case 'default':
      case 'examples':
        return true;
      default:
        throw new Error(`the test knows no JSON Schema keyword ${keyword}`);
    }
  });
}

/** Every schema inside, with the place it stands at. */
function* walk(at: string, one: Schema): Generator<readonly [string, Schema]> {
  yield [at, one];
  const groups = { ...(one['$defs'] as object), ...(one['properties'] as object) };
  for (const [name, inner] of Object.entries(groups)) yield* walk(`${at}.${name}`, inner as Schema);
  if (typeof one['items'] === 'object') yield* walk(`${at}[]`, one['items'] as Schema);
}

/** Fields that editors have nothing to say about. */
export function silentFields(schema: Schema): readonly string[] {
  return [...walk('', schema)]
    .filter(
      ([at, { description, type }]) =>
        type !== undefined && description === undefined && !at.endsWith('[]'),
    )
    .map(([at]) => at);
}

/** Mappings in which unknown fields go unnoticed. */
export function openMappings(schema: Schema): readonly string[] {
  return [...walk('', schema)]
    .filter(([, one]) => one['type'] === 'object' && one['additionalProperties'] === undefined)
    .map(([at]) => at);
}

/** All regular expressions of the schema, which editors run, too. */
export function patternsIn(schema: Schema): readonly string[] {
  return [...walk('', schema)]
    .map(([, { pattern }]) => pattern)
    .filter((pattern) => typeof pattern === 'string');
}
