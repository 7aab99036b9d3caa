import type { Clock } from '../../../system/clock.ts';
import type { ProcessTable } from '../../../system/processes.ts';
import { revealAll } from './environment.ts';
import { asFields, asPayload, limitsOfLog } from './fields.ts';
import type { ProcessStatus } from './health.ts';
import { lastWordsOf } from './last-words.ts';
import { prepareLaunch } from './launch.ts';
import type { LaunchDependencies } from './launch.ts';
import { findRunning } from './living.ts';
import { askProbe } from './probe.ts';
import type { ReadinessBoard } from './readiness.ts';
import type { ProcessRecord, ProcessRecords } from './record.ts';
import { restOf } from './restart.ts';

/** What a look at a process takes. A probe of the kind `exec` is launched as the process itself is. */
export interface LookDependencies extends LaunchDependencies {
  readonly clock: Clock;
  readonly table: ProcessTable;
  readonly board: ReadinessBoard;
  readonly records: Pick<ProcessRecords, 'endOf'>;
}

interface ProbeUse {
  /** A good answer that is younger than this is not asked for again. */
  readonly maxAgeMs: number;
  /** Leave a probe out that is a program. Default false. */
  readonly runNothing?: boolean;
}

/** How the process of a record is right now. */
export async function lookAt(
  dependencies: LookDependencies,
  record: ProcessRecord,
  { maxAgeMs, runNothing = false }: ProbeUse,
  signal?: AbortSignal,
): Promise<ProcessStatus> {
  const { clock, table, board } = dependencies;
  const running = await findRunning(table, record);
  if (running === null) return atRest(dependencies, record);
  const { probe } = asFields(record.fields);
  const readiness =
    probe === undefined || (runNothing && probe.exec !== undefined)
      ? null
      : await board.look(record.nonce, maxAgeMs, () =>
          askProbe(probe, () => launchOf(dependencies, record), signal),
        );
  // It may have ended while it was asked: an answer then came from somebody else.
  if (readiness !== null && (await findRunning(table, record)) === null)
    return atRest(dependencies, record);
  return {
    state: 'running',
    pid: running.pid,
    uptimeMs: Math.max(0, clock.nowMs() - record.startedAtMs),
    probe:
      readiness === null
        ? null
        : {
            ok: readiness.ok,
            everOk: readiness.everOk,
            failures: readiness.failures,
            message: readiness.message,
          },
    portTaken: record.portTaken,
  };
}

async function atRest(
  dependencies: LookDependencies,
  record: ProcessRecord,
): Promise<ProcessStatus> {
  dependencies.board.forget(record.nonce);
  const nowMs = dependencies.clock.nowMs();
  const ended = dependencies.records.endOf(record);
  const rest = restOf({ ...record, ended }, nowMs);
  return {
    state: rest.kind,
    ended,
    waitsMs: rest.kind === 'waiting' ? rest.atMs - nowMs : 0,
    failures: record.failures,
    lastWords: rest.kind === 'done' ? '' : await lastWords(dependencies, record),
  };
}

/** Output may hold secrets that the process was given: where they cannot be blotted out, nothing is quoted. */
async function lastWords({ secrets }: LookDependencies, record: ProcessRecord): Promise<string> {
  try {
    const values = await revealAll(secrets, asPayload(record.payload), null, record.name);
    return await lastWordsOf(
      record.logFile,
      record.logOffset,
      Object.values(values),
      limitsOfLog(record),
    );
  } catch {
    return '';
  }
}

function launchOf(
  dependencies: LookDependencies,
  record: ProcessRecord,
): ReturnType<typeof prepareLaunch> {
  const resource = `Process/${record.name}`;
  return prepareLaunch(
    dependencies,
    asFields(record.fields),
    asPayload(record.payload),
    resource,
    false,
  );
}
