/** Whether live is what the source says; the words of Argo CD. */
export type SyncStatus = 'Synced' | 'OutOfSync' | 'Unknown';

/** Whether it works; the words of Argo CD and kstatus. */
export type HealthStatus =
  | 'Healthy'
  | 'Progressing'
  | 'Degraded'
  | 'Suspended'
  | 'Missing'
  | 'Unknown';

/** Health and the one sentence why. */
export interface Health {
  readonly status: HealthStatus;
  readonly message: string;
}

/** From best to worst: an application is as healthy as its worst resource. Order as in Argo CD's documentation. */
export const healthOrder: readonly HealthStatus[] = [
  'Healthy',
  'Suspended',
  'Progressing',
  'Missing',
  'Degraded',
  'Unknown',
];
