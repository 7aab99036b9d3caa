import { join } from 'node:path';
import { bareWrite } from './bare-writer.ts';
import type { BareWriteOptions } from './bare-writer.ts';
import { bareNode, describeMachine, loadBefore } from './machine.ts';
import type { BenchController } from './controller.ts';
import { bareDeployment } from './measure/bare-deployment.ts';
import { firstDeployment } from './measure/first-deployment.ts';
import { healing } from './measure/healing.ts';
import { idle } from './measure/idle.ts';
import { oneCommit } from './measure/one-commit.ts';
import { restart } from './measure/restart.ts';
import { readOptions, usage } from './options.ts';
import type { BenchOptions } from './options.ts';
import { processFacts } from './process-facts.ts';
import { resultSchema } from './result.ts';
import type { BenchResult, SiteResult } from './result.ts';
import { rowsOf, showRows } from './rows.ts';
import { runBenchmark } from './run.ts';
import type { BenchRun } from './run.ts';
import { createSite } from './site.ts';
import type { Site } from './site.ts';
import { round, summarise } from './statistics.ts';
import type { Summary } from './statistics.ts';

/**
 * `npm run bench`: the controller as it is shipped, in a process of its own, against the physical limit measured in
 * the same run. Ends with 0 when every aim is met, else 1.
 */

/** Applications that the controller reconciles at the same time; the bare writer gets as many. */
const parallel = 16;

type Run = BenchRun<BenchOptions>;

process.exitCode = await runBenchmark(
  {
    usage,
    readOptions,
    folderOf: ({ folder }) => folder,
    measure,
    show: (result, { json }) => (json ? JSON.stringify(result, null, 2) : show(result)),
    isMet: ({ rows }) => rows.every(({ met }) => met !== false),
  },
  process.argv.slice(2),
);

async function measure(run: Run): Promise<BenchResult> {
  const { options, folder, signal, say } = run;
  const before = {
    machine: describeMachine(folder),
    loadBefore: loadBefore(),
    bareNode: bareNode(),
  };
  const site = makeSite(run, 'large', options.apps);
  const large = await measureSite(run, site, options.rounds);
  let running: BenchController | null = large.controller;
  try {
    say(`watching it idle for ${options.idleSeconds} s …`);
    const idling = await idle(running.pid, options.idleSeconds, signal);
    say('editing and deleting files by hand …');
    const healed = await healing(site, signal);
    const peakMiB = processFacts(running.pid)?.peakMiB ?? null;
    say('restarting …');
    const again = await restart(site, running);
    running = null;
    const small = options.smallApps === 0 ? null : await measureSmall(run);
    const result: Omit<BenchResult, 'rows'> = {
      schema: resultSchema,
      date: new Date().toISOString(),
      command: `npm run bench -- --apps ${options.apps} --small-apps ${options.smallApps} --rounds ${options.rounds} --commits ${options.commits} --idle-seconds ${options.idleSeconds}`,
      ...before,
      large: large.result,
      small,
      idle: idling,
      healing: healed,
      restart: again,
      peakMiB: peakMiB === null ? null : round(Math.max(peakMiB, again.peakMiB ?? 0)),
    };
    return { ...result, rows: rowsOf(result) };
  } finally {
    await running?.stop();
  }
}

async function measureSmall(run: Run): Promise<SiteResult> {
  const { result, controller } = await measureSite(
    run,
    makeSite(run, 'small', run.options.smallApps),
    1,
  );
  await controller.stop();
  return result;
}

function makeSite(run: Run, name: string, apps: number): Site {
  run.say(`making a repository of ${apps} applications …`);
  const { options, program, signal } = run;
  const { cpuProf } = options;
  return createSite(join(run.folder, name), apps, { program, cpuProf, signal });
}

/** First deployments and bare writers in turns, then commits; gives the last controller, which is still running. */
async function measureSite(
  run: Run,
  site: Site,
  rounds: number,
): Promise<{ readonly result: SiteResult; readonly controller: BenchController }> {
  const { options, folder, say } = run;
  const { apps, live } = site.monorepo;
  const serial: number[] = [];
  const sideBySide: number[] = [];
  const withRecords: number[] = [];
  const deployer: number[] = [];
  const fromStart: number[] = [];
  const fromFetch: number[] = [];
  const cpu: number[] = [];
  let controller: BenchController | null = null;
  try {
    for (let at = 1; at <= rounds; at += 1) {
      run.signal.throwIfAborted();
      say(`${apps} applications, round ${at} of ${rounds}: bare writer, then first deployment …`);
      const bare = (name: string, how: BareWriteOptions): Promise<number> =>
        bareWrite(live, join(folder, `bare-${name}-${apps}-${at}`), how);
      serial.push(await bare('serial', { parallel: 1, records: false }));
      sideBySide.push(await bare('parallel', { parallel, records: false }));
      withRecords.push(await bare('records', { parallel, records: true }));
      const root = join(folder, `bare-deployer-${apps}-${at}`);
      deployer.push(bareDeployment(site.monorepo.url, root, parallel));
      await controller?.stop();
      const first = await firstDeployment(site, `deploy-${apps}-${at}`);
      controller = first.controller;
      fromStart.push(first.fromStartMs);
      fromFetch.push(first.fromFetchMs);
      if (first.cpuMs !== null) cpu.push(first.cpuMs);
    }
    if (controller === null) throw new Error('there was no round');
    say(`${options.commits} commits, one application of ${apps} each …`);
    const commit = await oneCommit(site, controller, options.commits);
    const bare = {
      serial: summarise(serial),
      parallel: summarise(sideBySide),
      withRecords: summarise(withRecords),
      deployer: summarise(deployer),
    };
    const result: SiteResult = {
      applications: apps,
      files: live.flat().length,
      bareWriter: { ...bare, limitMs: Math.min(bare.serial.median, bare.parallel.median) },
      firstDeployment: {
        fromStart: summarise(fromStart),
        fromFetch: summarise(fromFetch),
        cpuMs: cpu.length === 0 ? null : summarise(cpu),
      },
      oneCommit: commit,
    };
    return { result, controller };
  } catch (thrown) {
    await controller?.stop();
    throw thrown;
  }
}

function show(result: BenchResult): string {
  const { machine } = result;
  const bare = result.large.bareWriter;
  const facts = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, ${machine.fileSystem}`,
    `Fairlead ${machine.fairlead}, Node ${machine.node}, Git ${machine.git}; ${result.date}`,
  ];
  const details = [
    `first deployment, all rounds: ${series(result.large.firstDeployment.fromStart)}`,
    `  from the end of the fetch:  ${series(result.large.firstDeployment.fromFetch)}`,
    `  CPU of the controller:      ${series(result.large.firstDeployment.cpuMs)}`,
    `bare writer, one after the other: ${series(bare.serial)}`,
    `bare writer, side by side:        ${series(bare.parallel)}`,
    `  with a record of each:          ${series(bare.withRecords)}`,
    `  with fetching and parsing, too: ${series(bare.deployer)}`,
    `restart, CPU of the controller: ${result.restart.cpuMs === null ? 'unknown' : `${Math.round(result.restart.cpuMs)} ms`}`,
    `one commit, live after the fetch: best ${Math.round(result.large.oneCommit.fetchToLive.best)}, median ${Math.round(result.large.oneCommit.fetchToLive.median)}, worst ${Math.round(result.large.oneCommit.fetchToLive.worst)} ms`,
  ];
  return `${facts.join('\n')}\n\n${showRows(result.rows)}\n\n${details.join('\n')}`;
}

function series(summary: Summary | null): string {
  return summary === null
    ? 'unknown'
    : summary.values.map((value) => `${Math.round(value)} ms`).join(', ');
}
