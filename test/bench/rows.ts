import type { BenchResult, Row } from './result.ts';

/** The aims; `docs/reference/performance.md` gives the reasons. */
const aims = {
  deploymentRatio: 2,
  commitMs: 150,
  healMs: 1_000,
  /** How much slower a commit may be among many applications than among few, beyond measuring noise. */
  independenceMs: 15,
  idlePercent: 0.5,
  memoryMiB: 200,
} as const;

/** Measured beside its limit and its aim, line by line. */
export function rowsOf(result: Omit<BenchResult, 'rows'>): readonly Row[] {
  const { large, small, idle, healing, restart, bareNode, peakMiB } = result;
  const many = count(large.applications);
  const ratio = large.firstDeployment.fromStart.median / large.bareWriter.limitMs;
  const commit = large.oneCommit;
  const rows: Row[] = [
    {
      what: `first deployment, ${many} applications, ${count(large.files)} files`,
      limit: `${ms(large.bareWriter.limitMs)} bare writer`,
      measured: ms(large.firstDeployment.fromStart.median),
      ratio: times(ratio),
      aim: `≤ ${aims.deploymentRatio}×`,
      met: ratio <= aims.deploymentRatio,
    },
    {
      what: '  beside a bare writer that also records each application',
      limit: `${ms(large.bareWriter.withRecords.median)} bare writer, records`,
      measured: ms(large.firstDeployment.fromStart.median),
      ratio: times(large.firstDeployment.fromStart.median / large.bareWriter.withRecords.median),
      aim: '',
      met: null,
    },
    {
      what: '  beside a bare program that also fetches and parses',
      limit: `${ms(large.bareWriter.deployer.median)} bare program`,
      measured: ms(large.firstDeployment.fromStart.median),
      ratio: times(large.firstDeployment.fromStart.median / large.bareWriter.deployer.median),
      aim: '',
      met: null,
    },
    {
      what: `one commit among ${many}: planned`,
      limit: `${ms(commit.gitAlone.median)} git fetch`,
      measured: `${ms(commit.fetchToPlan.median)} after the fetch`,
      ratio: '',
      aim: '',
      met: null,
    },
    {
      what: `one commit among ${many}: live`,
      limit: `${ms(commit.gitAlone.median)} git fetch`,
      measured: `${ms(commit.fetchToLive.median)} after the fetch`,
      ratio: times(commit.requestToLive.median / commit.gitAlone.median),
      aim: `≤ ${aims.commitMs} ms`,
      met: commit.fetchToLive.median <= aims.commitMs,
    },
  ];
  if (small !== null) {
    const more = commit.fetchToLive.median - small.oneCommit.fetchToLive.median;
    rows.push({
      what: `one commit among ${count(small.applications)}: live`,
      limit: `${ms(small.oneCommit.gitAlone.median)} git fetch`,
      measured: `${ms(small.oneCommit.fetchToLive.median)} after the fetch`,
      ratio: times(small.oneCommit.requestToLive.median / small.oneCommit.gitAlone.median),
      aim: 'the same',
      met: more <= aims.independenceMs,
    });
  }
  if (idle !== null) {
    rows.push({
      what: `idle, ${idle.seconds} s, ${many} applications watched`,
      limit: '0',
      measured: `${idle.percent} % of a core`,
      ratio: '',
      aim: `< ${aims.idlePercent} %`,
      met: idle.percent < aims.idlePercent,
    });
  }
  for (const what of ['edited', 'deleted'] as const) {
    const { p99, values } = healing[what];
    rows.push({
      what: `healed, ${values.length} files ${what} by hand, p99`,
      limit: '0',
      measured: ms(p99),
      ratio: '',
      aim: `≤ ${ms(aims.healMs)}`,
      met: p99 <= aims.healMs,
    });
  }
  rows.push({
    what: `restart to steady, ${restart.written + restart.releases === 0 ? 'nothing written' : `${restart.written} written, ${restart.releases} releases`}`,
    limit: `${ms(restart.bareReadMs + bareNode.startMs)} node + bare reader`,
    measured: ms(restart.steadyMs),
    ratio: times(restart.steadyMs / (restart.bareReadMs + bareNode.startMs)),
    aim: 'nothing written',
    met: restart.written + restart.releases === 0,
  });
  if (peakMiB !== null && bareNode.peakMiB !== null) {
    rows.push({
      what: 'peak memory',
      limit: `${Math.round(bareNode.peakMiB)} MiB bare node`,
      measured: `${Math.round(peakMiB)} MiB`,
      ratio: times(peakMiB / bareNode.peakMiB),
      aim: `< ${aims.memoryMiB} MiB`,
      met: peakMiB < aims.memoryMiB,
    });
  }
  return rows;
}

/** The rows as a table for people. */
export function showRows(rows: readonly Row[]): string {
  const table = [
    ['what', 'limit', 'measured', 'ratio', 'aim', ''],
    ...rows.map((row) => [
      row.what,
      row.limit,
      row.measured,
      row.ratio,
      row.aim,
      row.met === null ? '' : row.met ? 'met' : 'MISSED',
    ]),
  ];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function ms(value: number): string {
  return value >= 1_000 ? `${(value / 1_000).toFixed(2)} s` : `${value.toFixed(0)} ms`;
}

function times(value: number): string {
  return `${value.toFixed(2)}×`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
