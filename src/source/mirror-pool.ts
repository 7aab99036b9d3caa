import { join } from 'node:path';
import { unwrap } from '../model/result.ts';
import type { Clock } from '../system/clock.ts';
import { sha256 } from '../system/hasher.ts';
import { fileFailure } from './files.ts';
import type { Git } from './git.ts';
import { createMirror, type Mirror } from './mirror.ts';
import { openMirrorStorage } from './mirror-storage.ts';
import { parseRemoteUrl } from './url.ts';

/** The mirrors of a state folder, one per URL. One controller at a time: the state folder's lock is held. */
export interface MirrorPool extends AsyncDisposable {
  readonly git: Git;
  /** The mirror of a URL, the same one for everybody. Needs no network. @throws FairleadError `source.url-invalid` and the like. */
  mirror(url: string): Promise<Mirror>;
  /** Ends what is running. */
  close(): Promise<void>;
}

interface MirrorPoolDependencies {
  /** Folder of the mirrors (`<stateDir>/mirrors`); made with mode 0700. */
  readonly directory: string;
  readonly git: Git;
  readonly clock: Clock;
}

/** Makes the pool. Folders are made once a mirror is asked for. */
export function createMirrorPool(dependencies: MirrorPoolDependencies): MirrorPool {
  const { directory, git, clock } = dependencies;
  const startedAtMs = clock.nowMs();
  const mirrors = new Map<string, Promise<Mirror>>();

  const open = async (url: string): Promise<Mirror> => {
    const remote = unwrap(parseRemoteUrl(url));
    const folder = join(directory, sha256(remote.url).slice(0, 40));
    try {
      const storage = await openMirrorStorage({
        git,
        directory: folder,
        url: remote.url,
        startedAtMs,
      });
      return createMirror({ git, remote, storage, clock });
    } catch (error) {
      throw fileFailure(error, `open the mirror of ${remote.url}`, folder);
    }
  };

  const close = async (): Promise<void> => {
    const opened = await Promise.allSettled(mirrors.values());
    mirrors.clear();
    await Promise.all(
      opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value.close()] : [])),
    );
  };

  return {
    git,
    mirror(url) {
      const parsed = parseRemoteUrl(url);
      const key = parsed.ok ? parsed.value.url : url;
      let mirror = mirrors.get(key);
      if (mirror === undefined) {
        mirror = open(url);
        mirrors.set(key, mirror);
        // What could not be opened is tried again next time.
        mirror.catch(() => mirrors.delete(key));
      }
      return mirror;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
