import semver from 'semver';
import type { Follow } from '../model/config.ts';

/** One reference as a repository advertises it. */
export interface RemoteReference {
  /** `refs/heads/main`, `HEAD`. */
  readonly name: string;
  /** The commit: an annotated tag is peeled. */
  readonly commit: string;
}

/** Where the followed thing is now. */
export interface Tip {
  /** `refs/heads/main`, `refs/tags/v1.2.3`; for a commit its own id. */
  readonly reference: string;
  /** `null` when the repository does not say (a commit need not be advertised). */
  readonly commit: string;
}

/**
 * Chooses the tip among advertised references; `null` when there is none.
 *
 * A semver range takes the highest matching tag, with or without leading `v`; prereleases only where the range itself
 * names one (rule of node-semver). Of two tags for the same version (`1.0.0`, `v1.0.0`) the one with `v` is taken.
 */
export function chooseTip(follow: Follow, references: readonly RemoteReference[]): Tip | null {
  const named = (name: string): Tip | null => {
    const found = references.find((one) => one.name === name);
    return found === undefined ? null : { reference: name, commit: found.commit };
  };
  switch (follow.kind) {
    case 'branch':
      return named(branchReference(follow.name));
    case 'tag':
      return named(tagReference(follow.name));
    case 'commit':
      return { reference: follow.commit, commit: follow.commit };
    case 'semver': {
      const candidates = references.flatMap((one) => {
        const version = tagVersion(one.name);
        if (version === null || !semver.satisfies(version, follow.range)) return [];
        return [{ reference: one.name, commit: one.commit, version }];
      });
      const [best] = candidates.toSorted(
        (a, b) => semver.compareBuild(b.version, a.version) || (a.reference < b.reference ? 1 : -1),
      );
      return best === undefined ? null : { reference: best.reference, commit: best.commit };
    }
  }
}

/** `HEAD` stands for the branch that the repository itself calls its default. */
export function branchReference(name: string): string {
  return name === 'HEAD' ? 'HEAD' : `refs/heads/${name}`;
}

/** The full name of a tag; a tag is never looked for under another. */
export function tagReference(name: string): string {
  return `refs/tags/${name}`;
}

/** The version that a tag names, or `null`. */
function tagVersion(reference: string): semver.SemVer | null {
  const match = /^refs\/tags\/v?(?<version>\d.*)$/.exec(reference);
  return semver.parse(match?.groups?.['version'] ?? null);
}

/** Whether a range is one. */
export function isRange(range: string): boolean {
  return semver.validRange(range) !== null;
}

/** Whether the second tag is a higher version than the first. */
export function isUpgrade(from: string, to: string): boolean {
  const [before, after] = [tagVersion(from), tagVersion(to)];
  return before !== null && after !== null && semver.gt(after, before);
}

/**
 * Whether a name can be a branch or tag.
 *
 * Rule: https://git-scm.com/docs/git-check-ref-format; and no leading dash, so that it is never an option.
 */
export function isReferenceName(name: string): boolean {
  return (
    name !== '' &&
    name !== '@' &&
    name.length <= 1_000 &&
    !name.startsWith('-') &&
    !/[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/u.test(name) &&
    name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))
  );
}

/**
 * What a person names a commit by: `main~2` is the name `main` and the way `~2` from there to an ancestor.
 *
 * Rule: https://git-scm.com/docs/gitrevisions, `<rev>^[<n>]` and `<rev>~[<n>]`; a reference's own name holds neither sign.
 */
export function splitAncestry(reference: string): { readonly name: string; readonly way: string } {
  const start = reference.search(/(?:[~^]\d{0,9})+$/);
  if (start <= 0) return { name: reference, way: '' };
  return { name: reference.slice(0, start), way: reference.slice(start) };
}

/** Whether it is a whole object id of SHA-1 or SHA-256, in lower case as Git writes it. */
export function isCommitId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** Digits that a commit may be abbreviated to: as many as Git itself shows. */
export const fewestDigits = 7;

/** Whether it may be the beginning of a commit id. */
export function isAbbreviation(text: string): boolean {
  return /^[0-9a-f]{0,63}$/.test(text) && text.length >= fewestDigits;
}

/** How a `Follow` is written in messages and stored. */
export function showFollow(follow: Follow): string {
  switch (follow.kind) {
    case 'branch':
      return `branch ${follow.name}`;
    case 'tag':
      return `tag ${follow.name}`;
    case 'semver':
      return `version ${follow.range}`;
    case 'commit':
      return `commit ${follow.commit}`;
  }
}
