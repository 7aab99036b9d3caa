import { open, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FairleadError } from '../model/error.ts';
import { bundleInvalid } from './errors.ts';
import type { RemoteUrl } from './url.ts';

/**
 * Why a URL that names a bundle cannot be followed: Git would take what it holds without checking it; `null` for any
 * other URL.
 */
export async function refuseBundle(remote: RemoteUrl): Promise<FairleadError | null> {
  if (remote.kind !== 'file' || !(await isBundle(remote.url))) return null;
  return bundleInvalid({
    message: `${remote.url} is a bundle, not a repository`,
    resource: remote.url,
    hint: `Follow the URL that it was made of, and take the bundle in with \`fairlead import\`.`,
  });
}

async function isBundle(url: string): Promise<boolean> {
  try {
    const path = url.startsWith('file:') ? fileURLToPath(url) : url;
    if (!(await stat(path)).isFile()) return false;
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16));
    return /^# v\d git bundle$/m.test(buffer.toString('latin1', 0, bytesRead));
  } catch {
    // Git says better what is wrong with it.
    return false;
  }
}
