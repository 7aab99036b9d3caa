import { z } from 'zod';
import { releaseOutcomes } from '../model/release.ts';
import type { Api } from './api.ts';

/**
 * What each method takes, checked where requests come in. Strict: a field that this controller does not know could
 * be the very one that made the request safe (an approval, a limit), so it is refused rather than ignored.
 */

const name = z.string().min(1).max(253);
const actor = z.string().min(1).max(256);
const reason = z.string().max(4_096);
const digest = z.string().min(1).max(128);
const reference = z.string().min(1).max(512);
const seq = z.number().int().min(0);
const wallClock = z.number().int().nullable();
const selector = { application: name, environment: name };
const nothing = z.null();

const outcome = z.enum(releaseOutcomes);

/** What each method may be given; anything else is refused before the engine sees it. */
export const requestSchemas: Readonly<Record<keyof Api, z.ZodType>> = {
  status: nothing,
  applications: nothing,
  application: z.strictObject(selector),
  tree: z.strictObject(selector),
  plan: z.strictObject({
    ...selector,
    revision: reference.nullable(),
    checks: z.boolean().optional(),
    rollback: z.boolean().optional(),
    withoutHooks: z.boolean().optional(),
  }),
  render: z.strictObject({ ...selector, revision: reference.nullable() }),
  check: z.strictObject({ ...selector, revision: reference.nullable() }),
  rotate: z.strictObject({ ...selector, actor, reason }),
  sync: z.strictObject({
    ...selector,
    actor,
    reason,
    approve: digest.nullable(),
    retryQuarantined: z.boolean(),
    withoutHooks: z.boolean().optional(),
  }),
  approve: z.strictObject({ digest, actor }),
  test: z.strictObject({
    ...selector,
    actor,
    reason,
    displace: z.boolean().optional(),
    logs: z.boolean().optional(),
  }),
  rollback: z.strictObject({
    ...selector,
    to: reference.nullable(),
    actor,
    reason,
    expiresAtMs: wallClock,
    approve: digest.nullable(),
  }),
  hold: z.strictObject({ ...selector, actor, reason, expiresAtMs: wallClock }),
  resume: z.strictObject({ ...selector, actor }),
  activate: z.strictObject({ actor }),
  refresh: z.strictObject({ source: z.string().max(253).nullable() }),
  confirmSource: z.strictObject({ source: z.string().max(253), commit: reference, actor }),
  importBundle: z.strictObject({
    source: z.string().max(253),
    path: z.string().min(1).max(4_096),
    actor,
  }),
  releases: z.strictObject({
    application: name.optional(),
    environment: name.optional(),
    outcome: outcome.optional(),
    limit: z.number().int().min(1).max(10_000).optional(),
  }),
  release: reference,
  events: z.strictObject({ afterSeq: seq, limit: z.number().int().min(1).max(10_000) }),
  follow: z.strictObject({ afterSeq: seq }),
  logs: z.strictObject({
    ...selector,
    resource: z.string().min(1).max(1_024).nullable(),
    tail: z.number().int().min(0).max(1_000_000),
    follow: z.boolean(),
  }),
};
