import { always } from '../always.ts';
import { byPhase } from '../by-phase.ts';
import { kinds } from '../rule.ts';

/** https://velero.io/docs/main/api-types/ */
const operation = byPhase({
  healthy: ['Completed'],
  progressing: [
    'New',
    'InProgress',
    'Accepted',
    'Prepared',
    'Finalizing',
    'Queued',
    'ReadyToStart',
  ],
  degraded: [
    'Failed',
    'PartiallyFailed',
    'FailedValidation',
    'WaitingForPluginOperationsPartiallyFailed',
    'FinalizingPartiallyFailed',
    'Canceled',
  ],
  why: [
    ['status', 'failureReason'],
    ['status', 'message'],
  ],
});

export const velero = [
  ...kinds(
    'velero.io',
    ['Backup', 'Restore', 'PodVolumeBackup', 'PodVolumeRestore', 'DataUpload', 'DataDownload'],
    operation,
  ),
  ...kinds(
    'velero.io',
    ['BackupStorageLocation'],
    byPhase({ healthy: ['Available'], degraded: ['Unavailable'] }),
  ),
  ...kinds(
    'velero.io',
    ['BackupRepository'],
    byPhase({ healthy: ['Ready'], degraded: ['NotReady'] }),
  ),
  ...kinds(
    'velero.io',
    ['Schedule'],
    byPhase({
      healthy: ['Enabled'],
      progressing: ['New'],
      degraded: ['FailedValidation'],
      pausedBy: [['spec', 'paused']],
    }),
  ),
  ...kinds(
    'velero.io',
    ['VolumeSnapshotLocation', 'ServerStatusRequest', 'DownloadRequest', 'DeleteBackupRequest'],
    always,
  ),
];
