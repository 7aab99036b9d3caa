import { z } from 'zod';

/** Globs: `*` for anything but a slash, `**` for anything. Without a slash they mean the name of the file. */
const globs = z
  .array(z.string().min(1, 'is empty').max(1_000, 'is too long'))
  .max(100, 'may hold at most 100 patterns')
  .default([]);

/**
 * Field `directory`: which files of a folder of plain manifests count; Argo CD's `directory` takes no folder below
 * unless told so.
 */
export const directory = z.strictObject({
  recursive: z.boolean().default(true).meta({ description: 'Whether the folders below it count.' }),
  include: globs.meta({
    description:
      'Files that count, as `*.yaml` (by name, anywhere) or `base/**` (by path from the folder on). Default: all.',
  }),
  exclude: globs.meta({ description: 'Files that do not, whatever `include` says.' }),
});

/** Numbers and booleans are what people write; a variable is text. */
const value = z
  .union([z.string(), z.number(), z.boolean()])
  .transform((one) => String(one))
  .meta({
    description: 'Its value. A value in quotes within the text stays text where it is filled in.',
  });

const variables = z.record(
  z
    .string()
    .regex(/^[A-Za-z_]\w*$/, 'must be letters, digits and underscores, not beginning with a digit'),
  value,
);

/** Field `substitute`: what `${NAME}` in manifests becomes, as with Flux's `postBuild.substitute`. */
export const substitute = z.strictObject({
  values: variables.default({}).meta({ description: 'Values by the name of the variable.' }),
  environments: z.record(z.string(), variables).default({}).meta({
    description: 'Values by environment; they count more than `values`.',
  }),
  strict: z.boolean().default(true).meta({
    description: 'A variable that has neither value nor default is an error. Else it is empty.',
  }),
});

/** Labels or annotations. */
export const marks = z.record(
  z
    .string()
    .regex(
      /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/,
      'must be a name such as team or example.com/team',
    ),
  z.string(),
);
