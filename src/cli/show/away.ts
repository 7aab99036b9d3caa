import type { AwayTarget } from '../../control/api.ts';
import { showAgo, showTime } from '../duration.ts';

/** Since when a target does not answer, when it did last, and why. */
export function showAway(
  { sinceMs, lastSeenAtMs, message }: Pick<AwayTarget, 'sinceMs' | 'lastSeenAtMs' | 'message'>,
  nowMs: number,
): string {
  const moment = (atMs: number): string => `${showTime(atMs)} (${showAgo(atMs, nowMs)})`;
  const seen = lastSeenAtMs === null ? '' : `, last seen ${moment(lastSeenAtMs)}`;
  return `away since ${moment(sinceMs)}${seen}: ${message}`;
}
