import { execFile } from 'node:child_process';
import { findCheckout } from './checkout.ts';
import type { Context } from './context.ts';
import { referenceUnknown } from './errors.ts';

/** A commit, or what is long enough to be the beginning of one. */
const hexadecimal = /^[0-9a-f]{7,64}$/;

/**
 * The commit that a person means: its digits, or inside a checkout whatever Git there takes for one. The controller knows
 * commits alone, and what it has never heard of it would wait for without end.
 *
 * @returns `null` for none
 * @throws FairleadError `cli.reference-not-found`
 */
export async function namedCommit(context: Context, named: string | null): Promise<string | null> {
  const digits = named?.toLowerCase() ?? null;
  if (named === null || digits === null || hexadecimal.test(digits)) return digits;
  const checkout = await findCheckout(context.globals.directory);
  const commit = checkout === null ? null : await commitOf(context, checkout, named);
  if (commit !== null) return commit;
  const where = checkout === null ? 'and this is no checkout' : `and none that ${checkout} knows`;
  throw referenceUnknown({ message: `"${named}" is no commit, ${where}` });
}

function commitOf(context: Context, checkout: string, named: string): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${named}^{commit}`];
  return new Promise((resolve) => {
    execFile('git', args, { cwd: checkout, env: context.io.env }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : null),
    );
  });
}
