import type { ErrorFactory, FairleadError } from '../../../model/error.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { namespaceTerminating } from '../errors.ts';
import {
  admissionRefused,
  alreadyExists,
  answerInvalid,
  applyConflict,
  badRequest,
  expired,
  forbidden,
  kindGone,
  notFound,
  objectInvalid,
  outcomeUnknown,
  quotaExceeded,
  refused,
  serverError,
  timedOut,
  tooLarge,
  tooManyRequests,
  unauthorized,
  unavailable,
  versionConflict,
} from './errors.ts';
import { fieldConflictsOf, ServerFailureCause } from './failure.ts';
import type { ServerFailure, StatusCause } from './failure.ts';

/** How much of what the server says is passed on, in characters. */
const maxWords = 2_000;

/**
 * An applied object that has an unknown field, a wrong type or a value of another format is answered with a bare 500, unlike everywhere else in the
 * API: its words are the only sign.
 */
const untypedPatch = /^failed to (?:create typed patch|convert new) object/;

/** What was asked, as far as a refusal depends on it. */
export interface Asked {
  /** For people: `shop/Deployment/web`, `apps/v1 deployments`. */
  readonly resource: string;
  readonly isWrite: boolean;
  /** The server may quote values, and they are secret: its words are left out. */
  readonly isSecret: boolean;
}

/** An answer with a status of 300 or more, as it came. */
interface Refusal {
  readonly status: number;
  /** The body. */
  readonly text: string;
  /** The header, empty for none. */
  readonly retryAfter: string;
}

/** What an answer with a status of 300 or more means. */
export function refusalOf(asked: Asked, refusal: Refusal): FairleadError {
  const status = statusIn(refusal.text);
  const details = isJsonObject(status?.['details']) ? status['details'] : {};
  const failure = failureOf(asked, refusal, status, details);
  const words = textOf(status?.['message']);
  const make = factoryOf(asked, failure, details, words);
  const conflicts = fieldConflictsOf(new ServerFailureCause(failure));
  const managers = [...new Set(conflicts.map(({ manager }) => manager))];
  const retryAfterMs = failure.retryAfterMs;
  return make({
    message: sentenceOf(asked, failure),
    resource: asked.resource,
    cause: new ServerFailureCause(failure),
    ...(make === forbidden && isImpersonation.test(words) && { hint: mayImpersonate }),
    facts: {
      status: failure.status,
      ...(failure.reason === '' ? {} : { reason: failure.reason }),
      ...(managers.length === 0 ? {} : { managers: managers.join(', ') }),
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    },
  });
}

/** What was asked and what the server says of it. Its name for the very thing that was asked is left out: once is enough. */
function sentenceOf({ resource }: Asked, { message }: ServerFailure): string {
  const [, name, rest] = /^[\w.-]+ "([^"]*)" (is (?:forbidden|invalid): .*)$/s.exec(message) ?? [];
  const isSame = name !== undefined && resource.endsWith(`/${name}`);
  return isSame ? `${resource} ${rest}` : `${resource}: ${message}`;
}

function factoryOf(
  asked: Asked,
  failure: ServerFailure,
  details: JsonObject,
  words: string,
): ErrorFactory {
  const { status, reason, causes } = failure;
  const has = (wanted: string): boolean => causes.some((cause) => cause.reason === wanted);
  if (status < 400) return answerInvalid;
  switch (status) {
    case 401:
      return unauthorized;
    case 403:
      return has('NamespaceTerminating') ? namespaceTerminating : forbiddenBy(words);
    case 404:
      // Without a name it is no object that is missing but the path: no such kind.
      return textOf(details['name']) === '' ? kindGone : notFound;
    case 409:
      if (reason === 'AlreadyExists') return alreadyExists;
      return has('FieldManagerConflict') ? applyConflict : versionConflict;
    case 410:
      return expired;
    case 413:
      return tooLarge;
    case 422:
      return isPolicy.test(words) ? admissionRefused : objectInvalid;
    case 400:
    case 406:
    case 415:
      return badRequest;
    case 429:
      return tooManyRequests;
    case 502:
    case 504:
      // Whoever gave up waiting does not know what became of it.
      return asked.isWrite ? outcomeUnknown : status === 504 ? timedOut : unavailable;
    case 503:
      return unavailable;
    case 500:
      return untypedPatch.test(failure.message) ? objectInvalid : serverError;
    default:
      return status > 500 ? serverError : refused;
  }
}

/** Newer servers look for a narrower verb last, and name that one alone: `impersonate-on:serviceaccount:get`. */
const isImpersonation = / cannot impersonate\b/;
const mayImpersonate =
  "Give the target's own user or service account the verb `impersonate` on the user, groups or service account that `impersonate` names (a ClusterRole and its binding); it is tried again by itself.";

/** A policy gives its refusals the status that whoever wrote it wants, 422 by default. */
const isPolicy =
  /admission webhook "[^"]*" denied|ValidatingAdmissionPolicy '[^']*'|violates PodSecurity|is forbidden: \[?(?:maximum|minimum) \S+ usage per/;

/**
 * Rights, quotas and policies are all answered with a bare 403: the words are the only sign of which it was. What is not
 * known counts as a matter of rights, which says nothing against the object.
 */
function forbiddenBy(words: string): ErrorFactory {
  if (/is forbidden: (?:exceeded quota|failed quota|status unknown for quota)/.test(words))
    return quotaExceeded;
  return isPolicy.test(words) ? admissionRefused : forbidden;
}

function failureOf(
  asked: Asked,
  refusal: Refusal,
  status: JsonObject | null,
  details: JsonObject,
): ServerFailure {
  const reason = textOf(status?.['reason']);
  const causes = listOf(details['causes']).map((cause): StatusCause => ({
    reason: textOf(cause['reason']),
    message: asked.isSecret ? withoutValue(textOf(cause['message'])) : textOf(cause['message']),
    field: textOf(cause['field']),
  }));
  const words = status === null ? plainWords(refusal.text) : textOf(status['message']);
  const fields = causes.map(({ field }) => field).filter((field) => field !== '');
  const said = asked.isSecret
    ? (missingRight(words) ?? [
        reason,
        fields.join(', '),
        '(the words of the server may hold a secret)',
      ])
    : [words];
  const message = said.filter((part) => part !== '').join(' ') || `status ${refusal.status}`;
  return {
    status: refusal.status,
    reason,
    message: message.length > maxWords ? `${message.slice(0, maxWords)}…` : message,
    causes,
    retryAfterMs: retryAfterMs(refusal.retryAfter, details['retryAfterSeconds']),
  };
}

/** What is said of a field of a secret where its value plays no part: that it cannot be changed. Empty for all else. */
function withoutValue(words: string): string {
  return /(?:^|: )(field is immutable(?: when `immutable` is set)?)$/.exec(words)?.[1] ?? '';
}

/** Which right is missing: the one refusal of a secret that names only who asked for what, in words of a fixed form. */
function missingRight(words: string): readonly string[] | null {
  const right =
    /^secrets (?:"[a-z0-9.-]+" )?is forbidden: (User "[\w:.@/-]+" cannot [a-z]+ resource "secrets" in API group ""(?: in the namespace "[a-z0-9-]+"| at the cluster scope))/;
  const [, found] = right.exec(words) ?? [];
  return found === undefined ? null : [found];
}

function statusIn(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) && value['kind'] === 'Status' ? value : null;
  } catch {
    return null;
  }
}

/** What a proxy or a filter of the server wrote that is no `Status`: its first line, or nothing of a page. */
function plainWords(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.startsWith('<') || line.startsWith('{') ? '' : line.slice(0, 200);
}

function retryAfterMs(header: string, inDetails: Json | undefined): number | null {
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  return typeof inDetails === 'number' && inDetails > 0 ? inDetails * 1000 : null;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item: Json) => isJsonObject(item)) : [];
}
