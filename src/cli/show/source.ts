import type { SourceView } from '../../control/api.ts';
import { showAgo, showTime } from '../duration.ts';
import type { Block } from './blocker.ts';

/** Why a source gives no newer commit. */
interface SourceTrouble extends Omit<Block, 'what'> {
  /** `held` waits for a person; `unreachable` ends by itself. */
  readonly kind: 'held' | 'unreachable';
}

/** The repository that holds the configuration has no name of its own. */
export function showSource(source: Pick<SourceView, 'name'>): string {
  return source.name === '' ? 'repository' : source.name;
}

/** Where the remote answers, and it or we say no: nobody is to look for it in the network. */
const refusals: ReadonlySet<string> = new Set([
  'source.auth-required',
  'source.chart-changed',
  'source.digest-mismatch',
]);

/** What a person has to decide comes first; a repository that is held may be away as well, and both count. */
export function sourceTroubles(
  { held, failing }: Pick<SourceView, 'held' | 'failing'>,
  nowMs: number,
): readonly SourceTrouble[] {
  const troubles: SourceTrouble[] = [];
  if (held !== null) {
    const next = `fairlead approve ${held.commit.slice(0, 12)}`;
    troubles.push({ kind: 'held', why: held.reason, next });
  }
  if (failing !== null) {
    const since = `${showTime(failing.sinceMs)} (${showAgo(failing.sinceMs, nowMs)})`;
    const word = refusals.has(failing.code) ? 'refused' : 'unreachable';
    const why = `${word} since ${since}: ${failing.message}`;
    troubles.push({ kind: 'unreachable', why, next: failing.hint });
  }
  return troubles;
}
