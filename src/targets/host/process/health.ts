import type { Health } from '../../../model/status.ts';
import type { ProbeFields } from './fields.ts';
import type { Ended } from './ended.ts';
import type { Rest } from './restart.ts';

/** A process without a probe counts as healthy once it has run for this long: most that cannot run end at once. */
export const settledMs = 1_000;

/** Where somebody else answered before it was started, it has this long to end because of that. */
const contendedMs = 3_000;

/** What health is judged from; `Live.status` of a Process. */
export type ProcessStatus =
  | {
      readonly state: 'running';
      readonly pid: number;
      readonly uptimeMs: number;
      /** `null`: it has no probe. */
      readonly probe: {
        readonly ok: boolean;
        readonly everOk: boolean;
        readonly failures: number;
        readonly message: string;
      } | null;
      /** Somebody else answered at its port when it was started. */
      readonly portTaken: boolean;
    }
  | {
      readonly state: Rest['kind'];
      /** `null`: nobody saw it end. */
      readonly ended: Ended | null;
      /** Until it is started again; 0 unless it waits for that. */
      readonly waitsMs: number;
      readonly failures: number;
      /** What it said last; empty: nothing. */
      readonly lastWords: string;
    };

/** Health of a process as it was found. Pure. */
export function healthOf(status: ProcessStatus, probe: ProbeFields | null): Health {
  switch (status.state) {
    case 'running':
      return healthOfRunning(status, probe);
    case 'done':
      return { status: 'Healthy', message: `${howEnded(status.ended)}, and is not to run again` };
    case 'failed':
      return degraded(`${howEnded(status.ended)}, and is not started again`, status.lastWords);
    case 'due':
      return degraded(`${howEnded(status.ended)}, and is to be started`, status.lastWords);
    case 'waiting': {
      const seconds = Math.ceil(status.waitsMs / 1_000);
      const often = `${status.failures} times soon after its start`;
      return degraded(
        `${howEnded(status.ended)}, ${often}; it is started again in ${seconds} s`,
        status.lastWords,
      );
    }
  }
}

/** `ended with code 1`, `was ended by SIGKILL`. */
export function howEnded(ended: Ended | null): string {
  if (ended === null || (ended.code === null && ended.signal === null))
    return 'ended with an unknown code';
  return ended.signal === null ? `ended with code ${ended.code}` : `was ended by ${ended.signal}`;
}

function healthOfRunning(
  status: Extract<ProcessStatus, { state: 'running' }>,
  probe: ProbeFields | null,
): Health {
  const { pid, uptimeMs } = status;
  if (status.probe === null || probe === null) {
    return uptimeMs >= settledMs
      ? { status: 'Healthy', message: `runs as process ${pid}` }
      : { status: 'Progressing', message: `process ${pid} has just been started` };
  }
  const { ok, everOk, failures, message } = status.probe;
  if (ok && status.portTaken && uptimeMs < contendedMs) {
    return {
      status: 'Progressing',
      message: `${message}, as it did before process ${pid} was started`,
    };
  }
  if (ok) return { status: 'Healthy', message };
  if (everOk && failures < probe.failureThreshold) {
    const count = `${failures} of ${probe.failureThreshold} failures`;
    return { status: 'Healthy', message: `was ready a moment ago (${count}: ${message})` };
  }
  if (!everOk && (uptimeMs < probe.startTimeoutMs || failures < probe.failureThreshold)) {
    return { status: 'Progressing', message: `is not ready yet: ${message}` };
  }
  return { status: 'Degraded', message: `is not ready: ${message}` };
}

function degraded(message: string, lastWords: string): Health {
  return {
    status: 'Degraded',
    message: lastWords === '' ? message : `${message}; it said: ${lastWords}`,
  };
}
