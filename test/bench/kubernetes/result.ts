import type { KubernetesBenchOptions } from './options.ts';

/** What `--json` prints: one object with exactly these fields; those of the bare program only with `--program`. */
export interface KubernetesBenchResult {
  readonly apps: number;
  /** A client that applies the same objects and does nothing else. */
  readonly limitSeconds: number;
  /** A program that fetches, renders in the sandbox, applies and records, and does nothing else, until all is healthy. */
  readonly programSeconds?: number;
  /** Of it and its children. */
  readonly programCpuSeconds?: number | null;
  readonly programPeakRssMiB?: number | null;
  /** From the start of the process until every application is in sync and healthy. */
  readonly healthySeconds: number;
  readonly requestsPerApp: number;
  /** Of the controller and its children, from its start until everything was healthy. `null` where there is no /proc. */
  readonly cpuSeconds: number | null;
  /** Until everything was healthy, with child processes; what they share, the program for instance, counts for each. */
  readonly peakRssMiB: number | null;
  /** The same, but a page that n processes share, with whomever, counts to each as its n-th part. */
  readonly peakPssMiB: number | null;
  /** At the end of the idle time. */
  readonly idleRssMiB: number | null;
  readonly idlePssMiB: number | null;
  /** During the idle time; the watches are open before it. */
  readonly idleRequests: number;
  /** Of one core. */
  readonly idleCpuPercent: number | null;
  /** From the trigger until the server has what the commit says; the median. */
  readonly commitLiveSeconds: number;
  /** The median. */
  readonly commitRequests: number;
  readonly driftHealP99Seconds: number;
  readonly deleteHealP99Seconds: number;
  /** From the start of the process on the same state until everything is known to be in sync and healthy. */
  readonly restartSteadySeconds: number;
  /** Writes at the server meanwhile, by anybody. */
  readonly restartWrites: number;
}

/** The result as a table for people, with the aims. */
export function showResult(result: KubernetesBenchResult, options: KubernetesBenchOptions): string {
  const { limitSeconds } = result;
  const mostSeconds = result.apps >= 1_000 ? limitSeconds * 1.5 : limitSeconds + 2;
  const rows: (readonly [string, string, string, boolean | null])[] = [
    ['bare client, the limit', seconds(limitSeconds), '', null],
    ...programRows(result),
    [
      'all Healthy',
      `${seconds(result.healthySeconds)} (${(result.healthySeconds / limitSeconds).toFixed(2)} ×)`,
      `≤ ${seconds(mostSeconds)}`,
      result.healthySeconds <= mostSeconds,
    ],
    ['requests per application', String(result.requestsPerApp), '≤ 8', result.requestsPerApp <= 8],
    ['own CPU until then', maybe(result.cpuSeconds, ' s'), '', null],
    ['peak memory', maybe(result.peakRssMiB, ' MiB'), '< 300 MiB', below(result.peakRssMiB, 300)],
    ['… in shares (PSS)', maybe(result.peakPssMiB, ' MiB'), '', null],
    [
      `idle, ${options.idleSeconds} s: requests`,
      String(result.idleRequests),
      '0',
      result.idleRequests === 0,
    ],
    [
      'idle: CPU',
      maybe(result.idleCpuPercent, ' % of a core'),
      '< 1 %',
      below(result.idleCpuPercent, 1),
    ],
    ['idle: memory', maybe(result.idleRssMiB, ' MiB'), '< 150 MiB', below(result.idleRssMiB, 150)],
    ['… in shares (PSS)', maybe(result.idlePssMiB, ' MiB'), '', null],
    [
      'one commit: live',
      seconds(result.commitLiveSeconds),
      '≤ 0.5 s',
      result.commitLiveSeconds <= 0.5,
    ],
    ['one commit: requests', String(result.commitRequests), '≤ 12', result.commitRequests <= 12],
    [
      'an edit by hand healed, p99',
      seconds(result.driftHealP99Seconds),
      '≤ 0.2 s',
      result.driftHealP99Seconds <= 0.2,
    ],
    [
      'a delete by hand healed, p99',
      seconds(result.deleteHealP99Seconds),
      '≤ 0.2 s',
      result.deleteHealP99Seconds <= 0.2,
    ],
    [
      'restart until steady',
      seconds(result.restartSteadySeconds),
      '< 10 s',
      result.restartSteadySeconds < 10,
    ],
    ['restart: writes', String(result.restartWrites), '0', result.restartWrites === 0],
  ];
  const body = rows.map(
    ([what, measured, aim, met]) =>
      `  ${what.padEnd(32)}${measured.padEnd(24)}${aim.padEnd(12)}${met === null ? '' : met ? 'met' : 'MISSED'}`,
  );
  return [`${result.apps} applications, ${result.apps * 4} objects`, ...body]
    .map((line) => line.trimEnd())
    .join('\n');
}

function programRows({
  limitSeconds,
  programSeconds,
  programPeakRssMiB,
}: KubernetesBenchResult): readonly (readonly [string, string, string, null])[] {
  if (programSeconds === undefined) return [];
  const ratio = (programSeconds / limitSeconds).toFixed(2);
  return [
    ['bare program', `${seconds(programSeconds)} (${ratio} ×)`, '', null],
    ['… peak memory', maybe(programPeakRssMiB ?? null, ' MiB'), '', null],
  ];
}

function seconds(value: number): string {
  return value < 1 ? `${Math.round(value * 1_000)} ms` : `${value.toFixed(1)} s`;
}

function maybe(value: number | null, unit: string): string {
  return value === null ? 'not known' : `${value}${unit}`;
}

function below(value: number | null, limit: number): boolean | null {
  return value === null ? null : value < limit;
}
