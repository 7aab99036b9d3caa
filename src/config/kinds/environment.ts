import { z } from 'zod';
import type { EnvironmentConfig } from '../../model/config.ts';
import { documentName } from '../name.ts';
import { defineKind } from './kind.ts';
import { uniqueNames } from './unique.ts';

/** Who decides that a plan may run. */
export const syncPolicy = z.enum(['auto', 'approve', 'manual']);

const spec = z
  .strictObject({
    targets: uniqueNames(documentName('Name of a Target.'))
      .min(1, 'needs at least one target')
      .meta({ description: 'Where the applications of this environment run.' }),
    // The safe one is the default: nothing happens unseen unless somebody wrote `auto`.
    sync: syncPolicy.default('approve').meta({
      description:
        '`auto`: changes go live by themselves. `approve`: each plan waits for a person. `manual`: nothing is released until asked for.',
    }),
    ephemeral: z.boolean().default(false).meta({
      description: 'Short-lived: deletes need no confirmation by share or count.',
    }),
  })
  .meta({ description: 'Its targets and its rules.' });

/** The document `Environment`. */
export const environmentKind = defineKind({
  kind: 'Environment',
  description: 'A stage that applications run in: dev, qa, prod.',
  spec,
  toInternal: (name, from, origin): EnvironmentConfig => ({ name, ...from, origin }),
});
