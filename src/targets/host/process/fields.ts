import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject, sameJson } from '../../../model/json.ts';
import type { SecretReference } from '../secrets.ts';
import type { ProcessRecord } from './record.ts';
import type { ProcessSpec } from './spec.ts';

/** What `Desired.payload` of a Process holds. */
export interface ProcessPayload {
  /** Variables whose value is secret, by reference. */
  readonly secrets: Readonly<Record<string, SecretReference>>;
  /** Folders the project may touch, checked again at the last moment. */
  readonly limits: readonly string[];
}

/** `Desired.fields` of a Process, typed. Secret variables are sealed. */
export interface ProcessFields {
  readonly argv: readonly string[];
  readonly env: JsonObject;
  readonly cwd?: string;
  readonly user?: string;
  readonly restart: 'always' | 'on-failure' | 'never';
  readonly probe?: ProbeFields;
  readonly log: { readonly file?: string; readonly maxBytes: number; readonly keep: number };
  readonly stop: { readonly signal: string; readonly graceMs: number };
  /** Digests (sealed for secret files) of what it was started with, by the names that `restartOn` gives. */
  readonly restartOn?: JsonObject;
  /** `true`: it runs, or rests as its restart policy says; `false` (live only): it is to be started. */
  readonly running: boolean;
}

/**
 * How it is told that a process is ready: exactly one of `http`, `tcp` and `exec`; once it is, it is asked every
 * `periodMs`.
 */
export interface ProbeFields {
  readonly http?: {
    readonly host: string;
    readonly port: number;
    readonly path: string;
    readonly expectStatus: number;
  };
  readonly tcp?: { readonly host: string; readonly port: number };
  readonly exec?: { readonly argv: readonly string[] };
  readonly periodMs: number;
  readonly timeoutMs: number;
  /** Failures in a row after which it is no longer ready. */
  readonly failureThreshold: number;
  /** How long it may take to become ready after a start. */
  readonly startTimeoutMs: number;
}

/** A wish as it is compared and recorded, its defaults filled in. `env` and `restartOn`: with secrets sealed. */
export function fieldsOf(spec: ProcessSpec, env: JsonObject, restartOn: JsonObject): ProcessFields {
  const { probe, log, stop } = spec;
  return {
    argv: spec.argv,
    env,
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    ...(spec.user === undefined ? {} : { user: spec.user }),
    restart: spec.restart,
    ...(probe === undefined
      ? {}
      : {
          probe: {
            ...(probe.http === undefined ? {} : { http: probe.http }),
            ...(probe.tcp === undefined ? {} : { tcp: probe.tcp }),
            ...(probe.exec === undefined ? {} : { exec: probe.exec }),
            periodMs: probe.period,
            timeoutMs: probe.timeout,
            failureThreshold: probe.failureThreshold,
            startTimeoutMs: probe.startTimeout,
          },
        }),
    log: {
      ...(log.file === undefined ? {} : { file: log.file }),
      maxBytes: log.maxBytes,
      keep: log.keep,
    },
    stop: { signal: stop.signal, graceMs: stop.grace },
    ...(Object.keys(restartOn).length === 0 ? {} : { restartOn }),
    running: true,
  };
}

/** Fields as they stand in records and `Desired`s that we made ourselves. */
export function asFields(fields: JsonObject): ProcessFields {
  return fields as unknown as ProcessFields;
}

/** Payloads as they stand in records and `Desired`s that we made ourselves. */
export function asPayload(payload: JsonObject): ProcessPayload {
  return payload as unknown as ProcessPayload;
}

/** Whether a process started with one set of fields can go on under the other. */
export function canGoOn(before: JsonObject, after: JsonObject): boolean {
  return sameJson(startedWith(before), startedWith(after));
}

/** What only a new start can change; policies for probing, rotating and stopping apply to what runs. */
function startedWith(fields: JsonObject): Json {
  const { argv, env, cwd, user, restartOn, log } = fields;
  return {
    argv: argv ?? null,
    env: env ?? null,
    cwd: cwd ?? null,
    user: user ?? null,
    restartOn: restartOn ?? null,
    log: isJsonObject(log) ? (log['file'] ?? null) : null,
  };
}

/** Where its log may be: the default one is our own, wherever that is. */
export function limitsOfLog({
  fields,
  payload,
}: Pick<ProcessRecord, 'fields' | 'payload'>): readonly string[] {
  return asFields(fields).log.file === undefined ? [] : asPayload(payload).limits;
}
