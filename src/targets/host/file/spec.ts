import { z } from 'zod';
import { oneOf } from '../../../config/one-of.ts';
import { absolutePath, secretReference } from '../secrets.ts';

/** Permission bits as users write them. YAML 1.2 reads a bare 0644 as the number 644, so text is demanded. */
export function modeField(description: string) {
  return z
    .string({
      error: ({ input }) =>
        typeof input === 'number' ? 'must be octal digits in quotes, such as "0644"' : undefined,
    })
    .regex(/^[0-7]{3,4}$/, 'must be three or four octal digits in quotes, such as "0644"')
    .transform((text) => text.padStart(4, '0'))
    .meta({ description, pattern: '^[0-7]{3,4}$' });
}

/** Owner of a file or directory; names, or numbers as text. A trailing `$` is what machine accounts have. */
export const ownerField = z
  .string()
  .regex(/^(?=.)(?:[\w.-]+\$?)?(?::[\w.-]+\$?)?$/, 'must be "user", "user:group" or ":group"')
  .meta({ description: 'User, or user:group, that it belongs to. Default: left alone.' });

/** What users write as `spec` of a File: `content` or `contentFrom`, exactly one. */
export const fileSpec = oneOf(
  z.strictObject({
    path: absolutePath('Where the file is. Missing parents are made.'),
    content: z.string().optional().meta({ description: 'The whole content, as it stands.' }),
    contentFrom: secretReference
      .optional()
      .meta({ description: 'Where the controller finds the content, when it is secret.' }),
    mode: modeField('Permission bits. Default "0644".').prefault('0644'),
    owner: ownerField.optional(),
  }),
  ['content', 'contentFrom'],
);

/** The kind as schema and reference tell of it. */
export const fileDefinition = {
  kind: 'File',
  description:
    'A file with content, mode and owner. It is replaced whole, in one step; a symlink of its name is replaced, not followed. When it leaves the source it is deleted, unless somebody changed it: then a person is asked.',
  spec: fileSpec,
} as const;
