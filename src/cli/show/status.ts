import type { ApplicationView } from '../../control/api.ts';
import type { Release, ReleaseOutcome } from '../../model/release.ts';
import type { HealthStatus, SyncStatus } from '../../model/status.ts';
import type { Cell } from '../terminal/table.ts';
import type { Style } from '../terminal/style.ts';

type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'faint';

const syncTones: Readonly<Record<SyncStatus, Tone>> = {
  Synced: 'good',
  OutOfSync: 'warn',
  Unknown: 'faint',
};

const healthTones: Readonly<Record<HealthStatus, Tone>> = {
  Healthy: 'good',
  Progressing: 'busy',
  Degraded: 'bad',
  Suspended: 'faint',
  Missing: 'warn',
  Unknown: 'faint',
};

const outcomeTones: Readonly<Record<ReleaseOutcome, Tone>> = {
  running: 'busy',
  succeeded: 'good',
  failed: 'bad',
  reverted: 'warn',
  refused: 'warn',
  interrupted: 'warn',
  superseded: 'faint',
};

/** A sync status in its colour. */
export function syncCell(status: SyncStatus, style: Style): Cell {
  return { text: status, paint: style[syncTones[status]] };
}

/** A health in its colour. */
export function healthCell(status: HealthStatus, style: Style): Cell {
  return { text: status, paint: style[healthTones[status]] };
}

/** How a release ended, and after how many attempts, in its colour. */
export function outcomeCell(
  { outcome, attempts }: Pick<Release, 'outcome' | 'attempts'>,
  style: Style,
): Cell {
  const text = attempts === undefined ? outcome : `${outcome}, ${attempts.count} times`;
  return { text, paint: style[outcomeTones[outcome]] };
}

/** In sync, and in a health that nobody has to look at. */
export function isWell(view: Pick<ApplicationView, 'sync' | 'health'>): boolean {
  return view.sync === 'Synced' && isHealthy(view);
}

/** Whether nobody has to look at it. What is suspended was told to rest. */
export function isHealthy(view: Pick<ApplicationView, 'health'>): boolean {
  return view.health.status === 'Healthy' || view.health.status === 'Suspended';
}
