import {
  CORE_SCHEMA,
  NOT_RESOLVED,
  boolYaml11Tag,
  defineScalarTag,
  mergeTag,
  nullYaml11Tag,
} from 'js-yaml';

const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const integer = /^[-+]?(?:0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const notFinite = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

function parseInteger(source: string): number | null {
  const plain = source.replaceAll('_', '');
  if (!integer.test(plain)) return null;
  const body = plain.replace(/^[-+]/, '').replace(/^0+(?=[0-7]+$)/, '0o');
  // JSON has no negative zero, so neither has a digest.
  return plain.startsWith('-') && Number(body) !== 0 ? -Number(body) : Number(body);
}

function parseFloat64(source: string): number | null {
  const plain = source.startsWith('.') ? source : source.replaceAll('_', '');
  if (!float.test(plain)) return null;
  const value = Number(plain);
  return value === 0 ? 0 : value;
}

/** Why an unquoted scalar is a number that would not survive as JSON; `null` when it would, or is none. */
export function inexactNumber(source: string): string | null {
  if (notFinite.test(source)) return `${source} is no number that JSON can say`;
  const value = parseInteger(source) ?? parseFloat64(source);
  if (value === null) return null;
  if (!Number.isFinite(value)) return `the number ${source} is too large`;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return `the number ${source} has more digits than can be kept`;
  }
  return null;
}

const integerTag = defineScalarTag('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: ['-', '+', ...digits],
  resolve: (source) => parseInteger(source) ?? NOT_RESOLVED,
  identify: () => false,
});

const floatTag = defineScalarTag('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: ['-', '+', '.', ...digits],
  resolve: (source) => parseFloat64(source) ?? NOT_RESOLVED,
  identify: () => false,
});

/**
 * YAML as kubectl reads it: YAML 1.1 booleans (`yes`, `on`), octals (`0644`) and merge keys, but no base-60 numbers,
 * timestamps or binary. Rule: `resolve` of sigs.k8s.io/yaml (goyaml.v2/resolve.go).
 */
export const kubernetesSchema = CORE_SCHEMA.withTags(
  nullYaml11Tag,
  boolYaml11Tag,
  integerTag,
  floatTag,
  mergeTag,
);
