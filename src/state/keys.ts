import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Sealer } from '../model/sealed.ts';
import { errorCode, writeFileDurably } from '../system/files.ts';
import type { Seed, SeedId } from '../model/seed.ts';
import { createSealer } from '../system/hasher.ts';
import { keysMissing, keysUnreadable } from './errors.ts';
import { refused } from './folder.ts';
import type { StateLayout } from './folder.ts';

const formatVersion = 1;

const schema = z.strictObject({
  formatVersion: z.literal(formatVersion),
  /** Names this installation in the inventories that it writes. */
  installation: z.uuid(),
  /** When it was made, milliseconds since 1970; installations from before this was recorded do not have it. */
  createdAtMs: z.int().min(0).optional(),
  /** Id of the key that new seals are made with. */
  current: z.string(),
  keys: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        /** 32 bytes, base64. */
        secret: z.base64().refine((text) => Buffer.from(text, 'base64').length === 32),
      }),
    )
    .min(1),
});

/** The identity and the keys of one installation; versioned, old keys are kept. */
export type Keys = z.infer<typeof schema>;

/**
 * The keys of the state folder; made on the first start.
 *
 * @throws FairleadError `state.keys-missing` where a database is there without them (never made anew: seals in plans
 * and inventories would no longer mean anything), `state.keys-unreadable`
 */
export async function openKeys(layout: StateLayout): Promise<Keys> {
  const found = await readKeys(layout.keys);
  if (found !== null) return found;
  if (existsSync(layout.database)) {
    throw keysMissing({ message: `${layout.keys} is not there`, resource: layout.keys });
  }
  const keys = makeKeys();
  await writeKeys(layout.keys, keys);
  return keys;
}

/** `null`: there are none. @throws FairleadError `state.keys-unreadable`, `state.not-permitted` */
export async function readKeys(path: string): Promise<Keys | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return null;
    if (errorCode(thrown) === 'EACCES') throw await refused(path, thrown);
    throw keysUnreadable({
      message: `${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      resource: path,
      cause: thrown,
    });
  }
  return parseKeys(text, path);
}

/** @throws FairleadError `state.keys-unreadable`; its message never quotes the text */
export function parseKeys(text: string, path: string): Keys {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw keysUnreadable({ message: `${path} is not JSON`, resource: path });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw keysUnreadable({
      message: `${path} has another form than this Fairlead writes (at ${where || 'its top'})`,
      resource: path,
    });
  }
  if (!parsed.data.keys.some(({ id }) => id === parsed.data.current)) {
    throw keysUnreadable({
      message: `${path} has no key ${parsed.data.current}`,
      resource: path,
    });
  }
  return parsed.data;
}

/** Writes them durably, readable by their owner alone. */
export async function writeKeys(path: string, keys: Keys): Promise<void> {
  await writeFileDurably(path, `${JSON.stringify(keys, null, 2)}\n`, {
    mode: 0o600,
    temporary: `.keys-${process.pid}.tmp`,
  });
}

/** Keys of an installation that begins now. */
export function makeKeys(): Keys {
  return {
    formatVersion,
    installation: randomUUID(),
    createdAtMs: Date.now(),
    current: 'k1',
    keys: [{ id: 'k1', secret: randomBytes(32).toString('base64') }],
  };
}

/**
 * Keys for looks where there is no installation. They are kept on this machine, so that templates draw the same in each
 * look, and are no installation's: nothing that they seal or draw is ever released.
 * @param directory For what can be lost. `null`: there is none, and the keys are gone with the process.
 */
export async function lookingKeys(directory: string | null): Promise<Keys> {
  if (directory === null) return makeKeys();
  const path = join(directory, 'look-keys.json');
  try {
    const found = await readKeys(path);
    if (found !== null) return found;
    const made = makeKeys();
    await writeKeys(path, made);
    return made;
  } catch {
    // A folder that cannot be written, or a file that is no keys: looking goes on without them.
    return makeKeys();
  }
}

/** What templates take for the time on an installation that does not know when it was made. */
const unknownCreationMs = Date.UTC(2026, 0, 1);

/** Time and entropy for templates: the same for every render of a generation, and not to be guessed without the first key. */
export function seedOf(keys: Keys, { name, environment, generation, clockMs }: SeedId): Seed {
  const text = `render ${JSON.stringify([name, environment, generation])}`;
  return {
    clockMs: clockMs ?? keys.createdAtMs ?? unknownCreationMs,
    entropy: createHmac('sha256', firstSecret(keys)).update(text).digest(),
  };
}

/** What other secrets of the installation are derived from; later keys change nothing about it. */
export function firstSecret(keys: Keys): Buffer {
  return Buffer.from(keys.keys[0]?.secret ?? '', 'base64');
}

/** Seals by the current key. @throws Error (a bug) for keys that `parseKeys` would have refused */
export function sealerOf(keys: Keys): Sealer {
  const key = keys.keys.find(({ id }) => id === keys.current);
  if (key === undefined) throw new Error(`there is no key ${keys.current}`);
  return createSealer(key.id, Buffer.from(key.secret, 'base64'));
}
