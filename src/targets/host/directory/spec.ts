import { z } from 'zod';
import { modeField, ownerField } from '../file/spec.ts';
import { absolutePath } from '../secrets.ts';

/** What users write as `spec` of a Directory. */
export const directorySpec = z.strictObject({
  path: absolutePath(
    'Where the directory is. Missing parents are made; one that is there already is taken over, with all that is in it.',
  ),
  mode: modeField('Permission bits of the directory itself. Default "0755".').prefault('0755'),
  owner: ownerField.optional(),
});

/** The kind as schema and reference tell of it. */
export const directoryDefinition = {
  kind: 'Directory',
  description:
    'A directory with mode and owner. Nothing in it is touched: when it leaves the source it is removed if it is empty by then, else it stays as it is and is no longer owned.',
  spec: directorySpec,
} as const;
