import type { Follow } from '../model/config.ts';
import { failure, success, type Result } from '../model/result.ts';
import { refuseBundle } from './bundle-url.ts';
import { empty, referenceNotFound } from './errors.ts';
import {
  branchReference,
  chooseTip,
  isCommitId,
  isRange,
  isReferenceName,
  showFollow,
  tagReference,
  type RemoteReference,
} from './follow.ts';
import type { Git } from './git.ts';
import { gitFailure } from './git-failure.ts';
import type { RemoteCall } from './remote-call.ts';
import type { RemoteUrl } from './url.ts';

/**
 * Asks a remote for the references that matter to what is followed, and makes sure that the followed one is among them.
 * Fails with `source.empty` or `source.reference-not-found` when it answers and has none.
 */
export async function listRemote(
  git: Git,
  remote: RemoteUrl,
  follow: Follow,
  directory: string,
  call: RemoteCall,
): Promise<Result<readonly RemoteReference[]>> {
  const refused = refuse(follow, remote);
  if (refused !== null) return refused;
  const bundle = await refuseBundle(remote);
  if (bundle !== null) return failure(bundle);
  const listed = await run(git, remote, argumentsFor(follow), directory, call);
  if (!listed.ok || chooseTip(follow, listed.value) !== null) return listed;
  // Nothing matches: an emptied repository deserves other words than a renamed branch.
  const all = follow.kind === 'branch' ? await run(git, remote, [], directory, call) : listed;
  if (!all.ok) return all;
  const resource = remote.url;
  if (all.value.length === 0 && (follow.kind === 'branch' || (await isEmpty()))) {
    return failure(empty({ message: `${remote.url} has no branch and no commit`, resource }));
  }
  const message = `${remote.url} has no ${showFollow(follow)}`;
  return failure(referenceNotFound({ message, resource, facts: { follow: showFollow(follow) } }));

  async function isEmpty(): Promise<boolean> {
    const heads = await run(git, remote, ['--heads'], directory, call);
    return heads.ok && heads.value.length === 0;
  }
}

/** Names that would not mean what they say to Git. */
function refuse(follow: Follow, remote: RemoteUrl): Result<never> | null {
  const no = (why: string, hint?: string): Result<never> =>
    failure(referenceNotFound({ message: why, resource: remote.url, hint }));
  switch (follow.kind) {
    case 'branch':
    case 'tag':
      return isReferenceName(follow.name)
        ? null
        : no(`${JSON.stringify(follow.name)} cannot be the name of a ${follow.kind}`);
    case 'semver':
      return isRange(follow.range)
        ? null
        : no(`${JSON.stringify(follow.range)} is no version range`);
    case 'commit':
      return isCommitId(follow.commit)
        ? null
        : no(
            `${JSON.stringify(follow.commit)} is no commit id`,
            'Give all 40 (or 64) hexadecimal digits in lower case.',
          );
  }
}

function argumentsFor(follow: Follow): readonly string[] {
  switch (follow.kind) {
    case 'branch':
      return follow.name === 'HEAD' ? [] : ['--heads', branchReference(follow.name)];
    case 'tag':
      // The second pattern is the peeled form of an annotated tag.
      return ['--tags', tagReference(follow.name), `${tagReference(follow.name)}^{}`];
    case 'semver':
      return ['--tags'];
    case 'commit':
      return ['--heads'];
  }
}

async function run(
  git: Git,
  remote: RemoteUrl,
  [option, ...patterns]: readonly string[],
  directory: string,
  call: RemoteCall,
): Promise<Result<readonly RemoteReference[]>> {
  const outcome = await git.run({
    arguments: [
      'ls-remote',
      '--quiet',
      ...(option === undefined ? [] : [option]),
      '--end-of-options',
      remote.url,
      ...patterns,
    ],
    directory,
    // Not whatever repository the state folder may lie in.
    variables: { GIT_CEILING_DIRECTORIES: `${directory}/..` },
    access: call.access,
    timeoutMs: call.timeoutMs,
    signal: call.signal,
  });
  if (outcome.exitCode !== 0) {
    return failure(
      gitFailure(outcome, {
        doing: `read ${remote.url}`,
        resource: remote.url,
        secrets: call.access.secrets,
        timeoutMs: call.timeoutMs,
      }),
    );
  }
  return success(parse(outcome.stdout.toString('utf8')));
}

/** `<oid> TAB <name>` a line; an annotated tag comes twice, the commit under `<name>^{}`. */
function parse(output: string): readonly RemoteReference[] {
  const commits = new Map<string, string>();
  for (const line of output.split('\n')) {
    const match = /^(?<oid>[0-9a-f]{40,64})\t(?<name>[^^]+)(?<peeled>\^\{\})?$/.exec(line);
    if (match?.groups !== undefined) {
      commits.set(match.groups['name'] ?? '', match.groups['oid'] ?? '');
    }
  }
  return [...commits].map(([name, commit]) => ({ name, commit }));
}
