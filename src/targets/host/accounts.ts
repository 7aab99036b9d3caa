import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { FairleadError } from '../../model/error.ts';
import { manifestInvalid } from '../errors.ts';

const run = promisify(execFile);

/** A user of this machine. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  readonly home: string;
}

/** Numeric owner and group; `null` where the wish names none. */
export interface Ownership {
  readonly uid: number | null;
  readonly gid: number | null;
}

/** Users and groups of this machine by name. Files are read anew when asked: accounts come and go. */
export interface Accounts {
  /** @throws FairleadError `target.manifest-invalid` when there is no such user. */
  user(name: string, resource: string): Promise<Account>;
  /** Of `user`, `user:group` or `:group`. @throws FairleadError `target.manifest-invalid` */
  ownership(owner: string, resource: string): Promise<Ownership>;
}

/** The accounts of the machine that this runs on. */
export function createAccounts(): Accounts {
  const user = async (name: string, resource: string): Promise<Account> =>
    (await findUser(name)) ?? raise(missing('user', name, resource));
  const group = async (name: string, resource: string): Promise<number> =>
    (await findGroup(name)) ?? raise(missing('group', name, resource));
  return {
    user,
    ownership: async (owner, resource) => {
      const [userName = '', groupName = ''] = owner.split(':');
      return {
        uid: userName === '' ? null : (await user(userName, resource)).uid,
        gid: groupName === '' ? null : await group(groupName, resource),
      };
    },
  };
}

async function findUser(name: string): Promise<Account | null> {
  for (const [login, , uid, gid, , home] of await table('/etc/passwd')) {
    if (login === name || uid === name) {
      return { name: login ?? name, uid: Number(uid), gid: Number(gid), home: home ?? '/' };
    }
  }
  if (/^\d+$/.test(name)) return { name, uid: Number(name), gid: Number(name), home: '/' };
  // Directory services (LDAP, macOS) are asked through the system's own program.
  const [uid, gid] = await Promise.all([ask('id', ['-u', name]), ask('id', ['-g', name])]);
  if (uid === null || gid === null) return null;
  return { name, uid: Number(uid), gid: Number(gid), home: '/' };
}

async function findGroup(name: string): Promise<number | null> {
  for (const [group, , gid] of await table('/etc/group')) {
    if (group === name || gid === name) return Number(gid);
  }
  if (/^\d+$/.test(name)) return Number(name);
  const line = await ask('getent', ['group', name]);
  const gid = line?.split(':')[2];
  return gid === undefined ? null : Number(gid);
}

async function table(path: string): Promise<readonly string[][]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .flatMap((line) => (line === '' || line.startsWith('#') ? [] : [line.split(':')]));
}

async function ask(program: string, args: readonly string[]): Promise<string | null> {
  // A name that begins with a dash would be an option.
  if (args.at(-1)?.startsWith('-') === true) return null;
  return run(program, args, { timeout: 10_000 }).then(
    ({ stdout }) => (stdout.trim() === '' ? null : stdout.trim()),
    () => null,
  );
}

function missing(what: string, name: string, resource: string): FairleadError {
  return manifestInvalid({
    message: `${resource}: this machine has no ${what} "${name}"`,
    resource,
  });
}

function raise(error: FairleadError): never {
  throw error;
}
