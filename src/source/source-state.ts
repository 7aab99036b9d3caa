import { join } from 'node:path';
import { readIfThere, writeAtOnce } from './files.ts';
import { isCommitId } from './follow.ts';
import { sourceKey } from './references.ts';

/**
 * What is known about one source across restarts, kept beside its mirror. The accepted commit is also a reference in the
 * mirror, which is written first and counts when the two differ.
 */
export interface SourceState {
  readonly accepted: AcceptedTip | null;
  readonly held: HeldTip | null;
  readonly lastSuccessAtMs: number | null;
  readonly failingSinceMs: number | null;
}

/** The commit that is served. */
export interface AcceptedTip {
  readonly commit: string;
  readonly tree: string;
  /** Where it was found: `refs/heads/main`. */
  readonly reference: string;
  /** What was followed (`showFollow`): another wish starts a new history. */
  readonly follow: string;
  /** Whether signatures were verified when it was accepted. */
  readonly verified: boolean;
  /** It came in a bundle, so the remote may be behind. Default: the remote had it. */
  readonly imported?: boolean;
}

/** A commit that was found and is not served until a person agrees, such as after a forced push. */
export interface HeldTip extends AcceptedTip {
  /** One sentence. */
  readonly reason: string;
}

const noState: SourceState = {
  accepted: null,
  held: null,
  lastSuccessAtMs: null,
  failingSinceMs: null,
};

function stateFile(directory: string, source: string): string {
  return join(directory, 'sources', `${sourceKey(source)}.json`);
}

/** Reads the state of a source; what is damaged counts as not known. */
export async function loadSourceState(directory: string, source: string): Promise<SourceState> {
  const text = await readIfThere(stateFile(directory, source));
  if (text === null) return noState;
  try {
    const read = JSON.parse(text) as Partial<SourceState> & { readonly version?: number };
    if (read.version !== 1) return noState;
    return {
      accepted: isTip(read.accepted) ? read.accepted : null,
      held: isTip(read.held) && typeof read.held.reason === 'string' ? read.held : null,
      lastSuccessAtMs: typeof read.lastSuccessAtMs === 'number' ? read.lastSuccessAtMs : null,
      failingSinceMs: typeof read.failingSinceMs === 'number' ? read.failingSinceMs : null,
    };
  } catch {
    return noState;
  }
}

/** `durable`: survives a power cut; not needed for what the next poll says again. */
export async function saveSourceState(
  directory: string,
  source: string,
  state: SourceState,
  durable: boolean,
): Promise<void> {
  const text = JSON.stringify({ version: 1, source, ...state }, null, 2);
  await writeAtOnce(stateFile(directory, source), `${text}\n`, durable);
}

function isTip(value: unknown): value is AcceptedTip & { reason?: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  const tip = value as Record<string, unknown>;
  return (
    typeof tip['commit'] === 'string' &&
    isCommitId(tip['commit']) &&
    typeof tip['tree'] === 'string' &&
    isCommitId(tip['tree']) &&
    typeof tip['reference'] === 'string' &&
    typeof tip['follow'] === 'string' &&
    typeof tip['verified'] === 'boolean'
  );
}
