import { z } from 'zod';
import type { HealthCheckConfig } from '../../model/config.ts';
import { duration } from '../duration.ts';
import { documentName } from '../name.ts';
import { oneOf } from '../one-of.ts';
import { hasCredentials, withoutCredentials } from './url.ts';

const http = z.strictObject({
  url: z
    .string()
    .check((context) => {
      const { value } = context;
      const parsed = URL.canParse(value) ? new URL(value) : null;
      const web = parsed?.protocol === 'http:' || parsed?.protocol === 'https:';
      if (web && !hasCredentials(value)) return;
      context.issues.push({
        code: 'custom',
        input: value,
        message: web ? 'must not hold credentials' : 'is not an http or https URL',
        params: {
          allowed: 'http://… or https://… without user and password',
          found: withoutCredentials(value),
        },
      });
    })
    .meta({ description: 'Where to send a GET request.' }),
  expectStatus: z
    .int('must be a whole number')
    .min(100, 'is not an HTTP status')
    .max(599, 'is not an HTTP status')
    .default(200)
    .meta({ description: 'The answer that counts as healthy.' }),
});

const tcp = z.strictObject({
  host: z
    .string()
    .regex(/^[\w.:-]+$/, 'must be a host name or an address')
    .default('127.0.0.1')
    .meta({ description: 'Host to connect to.' }),
  port: z
    .int('must be a whole number')
    .min(1, 'is not a port')
    .max(65_535, 'is not a port')
    .meta({ description: 'Port to connect to.' }),
});

const exec = z.strictObject({
  argv: z.array(z.string().min(1, 'must not be empty')).min(1, 'needs a program').meta({
    description:
      'Program and arguments, without a shell; exit code 0 counts as healthy. It gets PATH, HOME and LANG, and nothing else of the environment of the controller.',
  }),
});

/** One of `healthChecks`: a question of the application's own, by HTTP, TCP or a program, beside what targets see. */
export const healthCheck = oneOf(
  z.strictObject({
    name: documentName('Name of the check, shown when it fails.'),
    timeout: duration({ minMs: 100, maxMs: 600_000 })
      .prefault('5s')
      .meta({ description: 'Give up one try after this long.' }),
    http: http.optional().meta({ description: 'Ask a web server.' }),
    tcp: tcp.optional().meta({ description: 'Connect to a port.' }),
    exec: exec.optional().meta({ description: 'Run a program.' }),
  }),
  ['http', 'tcp', 'exec'],
);

/** A check as the engine has it. */
export function internalHealthCheck(from: z.output<typeof healthCheck>): HealthCheckConfig {
  const common = { name: from.name, timeoutMs: from.timeout };
  if (from.http !== undefined) return { kind: 'http', ...common, ...from.http };
  if (from.tcp !== undefined) return { kind: 'tcp', ...common, ...from.tcp };
  return { kind: 'exec', ...common, argv: from.exec?.argv ?? [] };
}
