import { dirname } from 'node:path';
import type { Json, JsonObject } from '../../../model/json.ts';
import { isSealed } from '../../../model/sealed.ts';
import type { Sealer } from '../../../model/sealed.ts';
import { sameJson } from '../../../model/json.ts';
import type { Live } from '../../../model/resource.ts';
import { showResource } from '../../../model/resource.ts';
import type { Clock } from '../../../system/clock.ts';
import { disk } from '../../../system/disk.ts';
import { isSurelyUntouched } from '../../../system/fine-times.ts';
import {
  isUntouched,
  lstatExact,
  lstatOrNull,
  replaceFile,
  showMode,
  signatureOf,
} from '../../../system/files.ts';
import { preconditionFailed } from '../../errors.ts';
import type { Applied, ApplyEffect, Effect, Reference } from '../../target.ts';
import type { Accounts } from '../accounts.ts';
import type { Claims } from '../claims.ts';
import { inTheWay, secretChanged } from '../errors.ts';
import type { HostKind } from '../kind.ts';
import { readManifest } from '../manifest.ts';
import type { FileMemory } from '../memory.ts';
import { liveOwner } from '../owner.ts';
import { kindAt, prepareAt, putAt } from '../put.ts';
import { absentAt, isReviewed, obstacle } from '../obstacle.ts';
import { pathOf } from '../parent.ts';
import { describeFound, hasAttributes, refuseUnplanned, removeAt } from '../place.ts';
import { refuseSetId } from '../limits.ts';
import type { SecretReader } from '../secrets.ts';
import type { Temporaries } from '../temporaries.ts';
import { isForeign, keepAside } from './aside.ts';
import { contentDigest, lookAtFile, maxTextBytes, readText } from './content.ts';
import type { Found } from './content.ts';
import { fileDefinition, fileSpec } from './spec.ts';
import { fileUid, isSecretUid, isUidOf, sealContent } from './uid.ts';

interface FileKindDependencies {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly memory: FileMemory;
  readonly secrets: SecretReader;
  readonly accounts: Accounts;
  readonly claims: Claims;
  readonly temporaries: Temporaries;
}

/** What `Desired.payload` of a File holds. */
interface Payload {
  readonly content?: string;
  readonly contentFrom?: { readonly fromEnv?: string; readonly fromFile?: string };
  /** Folders the project may touch, checked again at the last moment. */
  readonly limits: readonly string[];
}

/**
 * A file with the content, mode and owner that Git says. It is replaced atomically and durably; nothing of the
 * old one is kept that the manifest does not name.
 */
export function createFileKind(dependencies: FileKindDependencies): HostKind {
  const { sealer, secrets, accounts, memory } = dependencies;

  const contentOf = async (payload: Payload, resource: string): Promise<string> =>
    payload.contentFrom === undefined
      ? (payload.content ?? '')
      : (await secrets.read(payload.contentFrom, payload.limits, resource)).reveal();

  return {
    ...fileDefinition,

    prepare: async (manifest, scope) => {
      const { head, spec } = readManifest(manifest, 'File', fileSpec);
      const resource = showResource(head.id);
      const { fields, ...common } = await prepareAt(spec, head.id, scope, accounts);
      refuseSetId(spec.mode, scope.limits, resource);
      const payload: Payload = {
        ...(spec.content === undefined ? {} : { content: spec.content }),
        ...(spec.contentFrom === undefined ? {} : { contentFrom: referenceJson(spec.contentFrom) }),
        limits: scope.limits,
      };
      const content = await contentOf(payload, resource);
      const digest = contentDigest(content);
      const isSecret = spec.contentFrom !== undefined;
      const readable =
        !isSecret && Buffer.byteLength(content) <= maxTextBytes && !content.includes('\0');
      return {
        ...common,
        fields: { ...fields, content: isSecret ? sealContent(sealer, digest) : digest },
        payload: payload as unknown as JsonObject,
        texts: readable ? { content } : {},
        wave: head.wave,
        rank: 100,
        prune: head.prune,
        origin: manifest.origin,
      };
    },

    read: async (_key, reference, { signal, references }) => {
      const path = pathOf(reference.locator);
      const found = await lookAtFile(dependencies, path, { signal });
      if (found.kind === 'absent') return absentAt(path, reference, references);
      return {
        kind: 'present',
        live: await toLive(dependencies, reference, path, found, references),
      };
    },

    ...kindAt('file', memory, {
      apply: (effect, path) => apply(dependencies, effect, path, contentOf),
      remove: (effect, path) => remove(dependencies, effect, path),
    }),
  };
}

async function apply(
  dependencies: FileKindDependencies,
  effect: ApplyEffect,
  path: string,
  contentOf: (payload: Payload, resource: string) => Promise<string>,
): Promise<Applied> {
  const { sealer, temporaries, memory, stateDir } = dependencies;
  const { desired } = effect;
  const resource = showResource(desired.id);
  const payload = desired.payload as unknown as Payload;
  const secret = payload.contentFrom !== undefined;
  const content = await contentOf(payload, resource);
  const digest = contentDigest(content);
  if (secret && !sameJson(sealContent(sealer, digest), desired.fields['content'])) {
    throw secretChanged({
      message: `the secret behind ${resource} changed since it was planned`,
      resource,
    });
  }
  return putAt(
    dependencies,
    effect,
    { path, limits: payload.limits, verb: 'write' },
    async ({ folder, name, at, mode, ownership }) => {
      await temporaries.clean(dirname(path));
      const found = await lookAtFile(dependencies, path, { at: at });
      if (
        found.kind === 'file' &&
        found.digest === digest &&
        hasAttributes(found.stats, mode, ownership)
      ) {
        // As wanted already: an effect whose answer was lost, sent again.
        return { uid: fileUid(path, found, secret, sealer) };
      }
      refuseOther(effect, path, found, sealer, resource);
      if (isForeign(effect, found)) {
        await keepAside(stateDir, effect, path, at);
      }
      const seen = found.kind === 'absent' ? null : found.signature;
      const written = await replaceFile(folder, name, content, {
        mode: Number.parseInt(mode, 8),
        ...ownership,
        exclusive: seen === null,
        temporary: temporaries.next(),
        beforeCommit: async () => {
          await effect.fence();
          effect.signal.throwIfAborted();
          const now = seen === null ? null : await lstatOrNull(at);
          if (seen !== null && (now === null || signatureOf(now) !== seen)) {
            throw preconditionFailed({
              message: `${path} changed while it was being replaced`,
              resource,
            });
          }
        },
      });
      const stats = await lstatExact(at);
      const made: Found = { kind: 'file', stats, signature: signatureOf(stats), digest };
      if (showMode(stats.mode) === mode) {
        // Not trusted where somebody may have written to it between our rename and this look, or right after it.
        const isSure = isSurelyUntouched(written, stats);
        const changedAtMs = isSure ? Number.NEGATIVE_INFINITY : Number(stats.ctimeMs);
        const times = { changedAtMs, lookedAtMs: 0 };
        memory.remember(path, made.signature, digest, times, isUntouched(written, stats));
      } else {
        memory.forget(path);
      }
      return { uid: fileUid(path, made, secret, sealer) };
    },
  );
}

function remove(
  { sealer, memory, temporaries, ...dependencies }: FileKindDependencies,
  effect: Effect,
  path: string,
): Promise<void> {
  const resource = showResource(effect.id);
  return removeAt({
    effect,
    path,
    resource,
    look: (at) => lookAtFile({ ...dependencies, memory }, path, { at }),
    tidy: () => temporaries.clean(dirname(path)),
    take: async (at, found) => {
      if (effect.uid === null || !isUidOf(effect.uid, path, found, sealer)) {
        throw preconditionFailed({
          message: `${path} is not what was to be removed: ${describeFound(found, anotherFile)} is there`,
          resource,
        });
      }
      if (found.kind === 'other')
        throw inTheWay({ message: `${path} is a ${found.type}`, resource });
      await disk().unlink(at);
      memory.forget(path);
    },
  });
}

/** What a file is called that is not the one that was expected. */
const anotherFile = 'another content';

function refuseOther(
  effect: ApplyEffect,
  path: string,
  found: Found,
  sealer: Sealer,
  resource: string,
): void {
  if (found.kind === 'other') {
    throw inTheWay({ message: `${path} is a ${found.type}, not a file`, resource });
  }
  refuseUnplanned(effect, path, found, sealer, { resource, file: anotherFile });
}

/**
 * Whether what is there may be secret: it is declared so, or was when it was written, or is neither what Git says now nor
 * what it said then and not everybody on the machine may read it. Such content stands nowhere but under its seal.
 */
function isSecret(
  { desired, uid }: Reference,
  path: string,
  found: Exclude<Found, { kind: 'absent' }>,
  sealer: Sealer,
): boolean {
  const wanted = desired?.fields['content'];
  if (isSealed(wanted) || isSecretUid(uid)) return true;
  if (found.kind !== 'file') return false;
  const isKnown = found.digest === wanted || uid === fileUid(path, found, false, sealer);
  return !isKnown && (Number(found.stats.mode) & 0o004) === 0;
}

async function toLive(
  { sealer, accounts }: FileKindDependencies,
  reference: Reference,
  path: string,
  found: Exclude<Found, { kind: 'absent' }>,
  references: readonly Reference[],
): Promise<Live> {
  const { desired } = reference;
  const wanted: Json | undefined = desired?.fields['content'];
  const secret = isSecret(reference, path, found, sealer);
  const uid = fileUid(path, found, secret, sealer);
  if (found.kind !== 'file') {
    const type = found.kind === 'other' ? found.type : 'symlink';
    const live = { id: reference.id, uid, fields: { path, type }, texts: {}, status: { type } };
    // A symlink is replaced by the file.
    if (found.kind === 'symlink' || !isReviewed(reference)) return live;
    return { ...live, refused: obstacle(reference, path, `a ${type}`, 'file', references) };
  }
  const owner = await liveOwner(
    accounts,
    desired?.fields['owner'],
    found.stats,
    showResource(reference.id),
  );
  const content = secret ? sealContent(sealer, found.digest) : found.digest;
  // Text is for showing a difference: where there is none, the wish's own text says the same.
  const text =
    secret || desired === null
      ? null
      : content === wanted
        ? (desired.texts['content'] ?? null)
        : await readText(path, found.stats.size);
  return {
    id: reference.id,
    uid,
    fields: {
      path,
      mode: showMode(found.stats.mode),
      ...(owner === null ? {} : { owner }),
      content,
    },
    texts: text === null ? {} : { content: text },
    status: { type: 'file' },
  };
}

function referenceJson(reference: { fromEnv?: string | undefined; fromFile?: string | undefined }) {
  return reference.fromEnv === undefined
    ? { fromFile: reference.fromFile ?? '' }
    : { fromEnv: reference.fromEnv };
}
