import { join } from 'node:path';
import { packChart } from '../../../test/support/charts.ts';
import type { ChartVersions } from '../../../test/support/charts.ts';
import { createSourceBench, sourceConfig } from '../../../test/support/source.ts';
import type { SourceBench } from '../../../test/support/source.ts';
import type { ChartConfig, SourceConfig } from '../../model/config.ts';
import { systemClock } from '../../system/clock.ts';
import type { Source } from '../source.ts';
import { openChartSource } from './chart-source.ts';

/** What servers that ask for a password want, and what `tokenAuth` refers to. */
export const chartsToken = 'canary-token';
const environment = { PATH: process.env['PATH'] ?? '', CHARTS_TOKEN: chartsToken };

/** `auth` of a source that knows the password. */
export const tokenAuth = { kind: 'token', username: 'ada', fromEnv: 'CHARTS_TOKEN' } as const;

/** A chart that was opened, in a state folder of its own. */
interface OpenedChart {
  readonly source: Source;
  /** Opens it as a restarted process would. Default: the same version and digest. */
  readonly again: (version?: string, digest?: string) => Promise<Source>;
  /** The state folder; the test disposes of it. */
  readonly bench: SourceBench;
}

/** Opens a chart. Nothing is asked of its server yet. */
export async function openChart(
  chart: ChartConfig,
  more: Partial<SourceConfig> = {},
): Promise<OpenedChart> {
  const bench = await createSourceBench(environment);
  const config = { ...sourceConfig({ name: 'shop', url: `${chart.url}/${chart.name}` }), ...more };
  const again: OpenedChart['again'] = (version = chart.version, digest = chart.digest) =>
    openChartSource({
      config: { ...config, chart: { ...chart, version, digest } },
      pool: bench.pool,
      clock: systemClock,
      environment,
      directory: join(bench.directory, 'charts'),
    });
  return { bench, again, source: await again() };
}

/** The chart `shop` of a chart repository. */
export function helm(origin: string, version = '*'): ChartConfig {
  return { kind: 'helm', url: `${origin}/charts`, name: 'shop', version };
}

/** The chart `shop` of a registry. */
export function oci(origin: string, version = '*'): ChartConfig {
  return {
    kind: 'oci',
    url: `${origin.replace('http:', 'oci:')}/team/shop`,
    name: 'shop',
    version,
  };
}

/** The chart `shop` in these versions, each of which says its own in its template. */
export function chartsOf(...versions: readonly string[]): ChartVersions {
  return new Map(versions.map((version) => [version, packChart('shop', version)]));
}

/** What the template of the chart that is served says: its version, as `packChart` wrote it. */
export async function textOf(source: Source): Promise<string> {
  const current = source.status().current;
  if (current === null) throw new Error('nothing is served');
  const bytes = await source.tree(current).read('templates/map.yaml');
  const [, text = ''] = /text: "(.*)"/.exec(Buffer.from(bytes ?? '').toString('utf8')) ?? [];
  return text;
}
