import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newestSeq } from '../../../src/cli/live.ts';
import { eventsAfter, now, sleep } from '../controller.ts';
import type { BenchController } from '../controller.ts';
import { git, gitEnvironment } from '../monorepo.ts';
import type { Site } from '../site.ts';
import { summarise } from '../statistics.ts';
import type { Summary } from '../statistics.ts';

const withinMs = 30_000;
/** Between two commits, so that one does not measure the end of the other. */
const restMs = 150;

/** All in milliseconds. */
export interface OneCommit {
  /** `git ls-remote` and `git fetch` of the same commit by hand, into a mirror of its own: the limit. */
  readonly gitAlone: Summary;
  /** From asking the controller to look until the new content is in the live file. */
  readonly requestToLive: Summary;
  /** From the end of the fetch until the plan was made, judged and about to be carried out. */
  readonly fetchToPlan: Summary;
  /** From the end of the fetch until the new content is in the live file. */
  readonly fetchToLive: Summary;
  /** From the end of the fetch until the release is recorded as done. */
  readonly fetchToRecorded: Summary;
}

/** Commits again and again, each time to another application, and measures each until it is live. */
export async function oneCommit(
  site: Site,
  controller: BenchController,
  commits: number,
): Promise<OneCommit> {
  const mirror = join(site.folder, 'mirror.git');
  git(site.folder, 'clone', '--quiet', '--mirror', site.monorepo.url, mirror);
  const series = {
    gitAlone: [],
    requestToLive: [],
    fetchToPlan: [],
    fetchToLive: [],
    fetchToRecorded: [],
  } as Record<keyof OneCommit, number[]>;
  for (let at = 0; at < commits; at += 1) {
    // Far apart, so that no two neighbours in a folder or cache help one another.
    const application = (at * 7_919) % site.monorepo.apps;
    const file = site.monorepo.touch(application, `change ${at}`);
    series.gitAlone.push(gitAlone(mirror));
    const before = await newestSeq(controller.api);
    const askedMs = now();
    const refreshed = controller.api.refresh({ source: null });
    const liveMs = await appears(file.path, file.content);
    await refreshed;
    const events = await settled(controller, before);
    const time = (type: string): number => {
      const found = events.filter((event) => event.type === type);
      if (found.length !== 1) throw new Error(`one ${type} was expected, ${found.length} came`);
      return found[0]?.atMs ?? 0;
    };
    const fetchedMs = time('source.updated');
    series.requestToLive.push(liveMs - askedMs);
    series.fetchToPlan.push(time('release.started') - fetchedMs);
    series.fetchToLive.push(liveMs - fetchedMs);
    series.fetchToRecorded.push(time('release.ended') - fetchedMs);
    await sleep(restMs);
  }
  return {
    gitAlone: summarise(series.gitAlone),
    requestToLive: summarise(series.requestToLive),
    fetchToPlan: summarise(series.fetchToPlan),
    fetchToLive: summarise(series.fetchToLive),
    fetchToRecorded: summarise(series.fetchToRecorded),
  };
}

function gitAlone(mirror: string): number {
  const began = performance.now();
  const options = { cwd: mirror, env: gitEnvironment(), stdio: 'ignore' } as const;
  execFileSync('git', ['ls-remote', 'origin', 'HEAD', 'refs/heads/*'], options);
  execFileSync('git', ['fetch', '--quiet', 'origin'], options);
  return performance.now() - began;
}

/** Looks once a millisecond. @returns wall clock of the first look that saw it. */
async function appears(path: string, content: string): Promise<number> {
  const deadline = now() + withinMs;
  while (readFileSync(path, 'utf8') !== content) {
    if (now() > deadline) throw new Error(`${path} did not become live within ${withinMs} ms`);
    await sleep(1);
  }
  return now();
}

async function settled(controller: BenchController, after: number): ReturnType<typeof eventsAfter> {
  const deadline = now() + withinMs;
  for (;;) {
    const events = await eventsAfter(controller.api, after);
    if (events.some((event) => event.type === 'release.ended')) return events;
    if (now() > deadline) throw new Error('the release was not recorded');
    await sleep(5);
  }
}
