import type { InventoryKey } from '../../../model/inventory.ts';

/**
 * File names for inventory keys. Letters, digits, dots, dashes and underscores stand for themselves, everything
 * else (upper case too, because some file systems do not tell it apart) as `%` and hexadecimal digits.
 */
export function encodeName(text: string): string {
  if (/^[a-z0-9_-][a-z0-9._-]*$/.test(text)) return text;
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const char = String.fromCharCode(byte);
    const plain = /[a-z0-9_-]/.test(char) || (char === '.' && encoded !== '');
    encoded += plain ? char : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return encoded;
}

/** `null` for what `encodeName` never gives. */
function decodeName(encoded: string): string | null {
  if (!/^(?:[a-z0-9._-]|%[0-9a-f]{2})*$/.test(encoded)) return null;
  const text = Buffer.from(
    encoded.replaceAll(/%([0-9a-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
    'latin1',
  ).toString('utf8');
  return encodeName(text) === encoded ? text : null;
}

/** `<application>@<environment>`, encoded; `@` itself is encoded in both, so each key has a name of its own. */
export function keyName(key: InventoryKey): string {
  return `${encodeName(key.application)}@${encodeName(key.environment)}`;
}

/** The key of a file `<application>@<environment>.json`; `null` for other files (temporary ones, locks). */
export function keyOfFile(file: string): InventoryKey | null {
  const match = /^([^@]+)@([^@]+)\.json$/.exec(file);
  if (match === null) return null;
  const application = decodeName(match[1] ?? '');
  const environment = decodeName(match[2] ?? '');
  return application === null || environment === null ? null : { application, environment };
}
