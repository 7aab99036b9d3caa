import { z } from 'zod';
import { duration } from '../../../config/duration.ts';
import { absolutePath, secretReference } from '../secrets.ts';

const text = z
  .string({
    error: ({ input }) =>
      typeof input === 'number' || typeof input === 'boolean'
        ? `must be text: write "${String(input)}" in quotes`
        : undefined,
  })
  .refine((value) => !value.includes('\0'), 'must not hold a zero byte');

function argv(description: string) {
  return z
    .array(text)
    .min(1, 'needs a program')
    .refine((list) => list[0] !== '', 'must begin with a program')
    .meta({ description });
}

/** What users write as `spec` of a Command; durations become milliseconds. */
export const commandSpec = z.strictObject({
  check: argv(
    'Program and arguments that tell whether there is anything to do: 0 is done, any other code is not. It runs on every look at the application, so it must be quick and change nothing. Without it, `run` runs once for each wording of it, its environment and its folder.',
  ).optional(),
  run: argv(
    'Program and arguments, without a shell (write [sh, -c, "…"] for one). With `check` it runs whenever that fails, and only then. It may run more than once: one that was interrupted runs again, with the same FAIRLEAD_COMMAND_ID in its environment.',
  ),
  env: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
        .refine((name) => !name.startsWith('FAIRLEAD_'), 'FAIRLEAD_… belongs to Fairlead'),
      z.union([text.meta({ description: 'The value.' }), secretReference], {
        error: ({ input }) =>
          typeof input === 'object' && input !== null
            ? undefined
            : 'must be text in quotes, or {fromEnv: NAME} or {fromFile: /path} for a secret',
      }),
    )
    .default({})
    .meta({
      description:
        'Environment of both, besides PATH, HOME and LANG: text, or where the controller finds a secret. Nothing else of the environment of the controller is passed on.',
    }),
  cwd: absolutePath(
    "Folder that both start in. Default /, or the first of the project's hostPaths.",
  ).optional(),
  timeout: duration({ minMs: 100, maxMs: 86_400_000 }).optional().meta({
    description:
      "Longest time for one run; then it is ended with all that it started. Default, and at most: the application's timeouts.apply.",
  }),
  checkTimeout: duration({ minMs: 100, maxMs: 600_000 })
    .prefault('10s')
    .meta({ description: 'Longest time for one check. Default 10s.' }),
});

/** The kind as schema and reference tell of it. */
export const commandDefinition = {
  kind: 'Command',
  description:
    'A program that is run where its check says that something is to be done. What it did cannot be undone: when it leaves the source it is only forgotten. It may touch whatever the user of the controller may, so a project with hostPaths must name Command in its kinds to have any.',
  spec: commandSpec,
} as const;
