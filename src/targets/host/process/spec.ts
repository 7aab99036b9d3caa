import { z } from 'zod';
import { duration } from '../../../config/duration.ts';
import { oneOf } from '../../../config/one-of.ts';
import { absolutePath, secretReference } from '../secrets.ts';

/** Variable that tells our processes from all others; its value is new with each start. */
export const nonceVariable = 'FAIRLEAD_NONCE';

const plainText = (description: string) =>
  z
    .string({
      error: ({ input }) =>
        typeof input === 'number' || typeof input === 'boolean'
          ? `must be text: write "${String(input)}" in quotes`
          : undefined,
    })
    .refine((text) => !text.includes('\0'), 'must not hold a zero byte')
    .meta({ description });

const argv = z
  .array(plainText('One argument.'))
  .min(1, 'needs a program')
  .refine((list) => list[0] !== '', 'must begin with a program');

const port = z
  .int('must be a whole number')
  .min(1, 'is not a port')
  .max(65_535, 'is not a port')
  .meta({ description: 'Port on the host.' });

const host = z
  .string()
  .regex(/^[\w.:-]+$/, 'must be a host name or an address')
  .default('127.0.0.1')
  .meta({ description: 'Host to ask. Default 127.0.0.1.' });

const probe = oneOf(
  z.strictObject({
    http: z
      .strictObject({
        port,
        host,
        path: z
          .string()
          .regex(/^\/[\x21-\x7e]*$/, 'must begin with a slash and hold no blanks')
          .default('/')
          .meta({ description: 'Path and query. Default /.' }),
        expectStatus: z
          .int('must be a whole number')
          .min(100, 'is not an HTTP status')
          .max(599, 'is not an HTTP status')
          .default(200)
          .meta({ description: 'The answer that counts as ready. Default 200.' }),
      })
      .optional()
      .meta({ description: 'Ask over HTTP.' }),
    tcp: z.strictObject({ port, host }).optional().meta({ description: 'Connect to a port.' }),
    exec: z
      .strictObject({ argv: argv.meta({ description: 'Program and arguments.' }) })
      .optional()
      .meta({
        description: "Run a program with the process's environment and folder; 0 is ready.",
      }),
    period: duration({ minMs: 100, maxMs: 3_600_000 })
      .prefault('10s')
      .meta({ description: 'Time between probes once it is ready. Default 10s.' }),
    timeout: duration({ minMs: 10, maxMs: 600_000 })
      .prefault('2s')
      .meta({ description: 'Give up one probe after this long. Default 2s.' }),
    failureThreshold: z
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(1_000, 'must be at most 1000')
      .default(3)
      .meta({ description: 'Failures in a row until it counts as broken. Default 3.' }),
    startTimeout: duration({ minMs: 100, maxMs: 86_400_000 })
      .prefault('30s')
      .meta({ description: 'How long after its start it may not be ready. Default 30s.' }),
  }),
  ['http', 'tcp', 'exec'],
);

const log = z.strictObject({
  file: absolutePath(
    'Where its output goes. Default: a file under the state folder of the target.',
  ).optional(),
  maxBytes: z
    .int('must be a whole number of bytes')
    .min(4_096, 'must be at least 4096')
    .default(10 * 1024 * 1024)
    .meta({ description: 'Size at which the file is rotated. Default 10485760 (10 MiB).' }),
  keep: z
    .int('must be a whole number')
    .min(0, 'must not be negative')
    .max(100, 'must be at most 100')
    .default(3)
    .meta({ description: 'Rotated files that are kept. Default 3.' }),
});

const stop = z.strictObject({
  signal: z
    .enum(['TERM', 'INT', 'QUIT', 'HUP', 'USR1', 'USR2', 'KILL'])
    .default('TERM')
    .meta({ description: 'Signal that asks it to end. Default TERM.' }),
  grace: duration({ minMs: 0, maxMs: 3_600_000 })
    .prefault('10s')
    .meta({ description: 'Time to end by itself before it is killed. Default 10s.' }),
});

/** What users write as `spec` of a Process; durations become milliseconds. */
export const processSpec = z.strictObject({
  argv: argv.meta({
    description:
      'Program and arguments, without a shell. A program without slash is found by PATH.',
  }),
  env: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
        .refine((name) => name !== nonceVariable, `${nonceVariable} belongs to Fairlead`),
      z.union([plainText('The value.'), secretReference], {
        error: ({ input }) =>
          typeof input === 'object' && input !== null
            ? undefined
            : 'must be text in quotes, or {fromEnv: NAME} or {fromFile: /path} for a secret',
      }),
    )
    .default({})
    .meta({ description: 'Its environment, besides PATH, HOME and LANG.' }),
  cwd: absolutePath(
    "Folder it is started in. Default /, or the first of the project's hostPaths.",
  ).optional(),
  user: z
    .string()
    .regex(/^[\w.-]+\$?$/, 'must be the name or number of a user')
    .optional()
    .meta({ description: 'User it runs as; only root may choose another than itself.' }),
  restart: z
    .enum(['always', 'on-failure', 'never'])
    .default('always')
    .meta({ description: 'When it is started again after it ended. Default always.' }),
  probe: probe.optional().meta({ description: 'How it is known to be ready. Default: it runs.' }),
  log: log.prefault({}).meta({ description: 'Where its output goes.' }),
  restartOn: z.array(z.string().min(1, 'must not be empty')).default([]).meta({
    description:
      'Files of this application, by name or path: it is started anew when what Git says of one changes. Default none.',
  }),
  stop: stop.prefault({}).meta({ description: 'How it is asked to end.' }),
});

/** A `spec` that was read, with its defaults. */
export type ProcessSpec = z.output<typeof processSpec>;

/** The kind as schema and reference tell of it. */
export const processDefinition = {
  kind: 'Process',
  description:
    'A program that is kept running, with its environment, probe and log. It may touch whatever the user of the controller may, so a project with hostPaths must name Process in its kinds to have any.',
  spec: processSpec,
} as const;
