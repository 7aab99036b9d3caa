import { stringify } from 'yaml';

/** A text as one YAML scalar on one line, in quotes where it would be read as something else. */
export function yamlScalar(text: string): string {
  return stringify(text, {
    lineWidth: 0,
    defaultStringType: 'PLAIN',
    singleQuote: false,
  }).trimEnd();
}
