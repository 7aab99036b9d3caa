import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { newestSeq } from '../../../src/cli/live.ts';
import { bareRead } from '../bare-writer.ts';
import { eventsAfter, startController } from '../controller.ts';
import type { BenchController } from '../controller.ts';
import { cpuOf, processFacts } from '../process-facts.ts';
import type { Site } from '../site.ts';

const withinMs = 300_000;

export interface Restart {
  /** From the start of the process until it knows that every application is in sync and healthy. */
  readonly steadyMs: number;
  /** CPU of the controller until then; `null` where the system cannot tell. */
  readonly cpuMs: number | null;
  /** Reading every live file and inventory once: the limit. */
  readonly bareReadMs: number;
  /** Live files and inventories that were written, and releases that were made: must be none. */
  readonly written: number;
  readonly releases: number;
  readonly peakMiB: number | null;
}

/** Stops the controller, starts another one on the same state, and looks whether it touched anything. */
export async function restart(site: Site, running: BenchController): Promise<Restart> {
  const before = await newestSeq(running.api);
  await running.stop();
  const seen = signatures(site);
  const controller = await startController(site.controller('restart'));
  try {
    const atMs = await controller.steady(site.monorepo.apps, withinMs);
    const cpuMs = cpuOf(controller.pid);
    const now = signatures(site);
    const changed = [...now].filter(([path, signature]) => seen.get(path) !== signature).length;
    const gone = [...seen.keys()].filter((path) => !now.has(path)).length;
    const events = await eventsAfter(controller.api, before);
    const peakMiB = processFacts(controller.pid)?.peakMiB ?? null;
    await controller.stop();
    return {
      steadyMs: atMs - controller.startedAtMs,
      cpuMs,
      bareReadMs: await bareRead([...now.keys()], 8),
      written: changed + gone,
      releases: events.filter((event) => event.type === 'release.started').length,
      peakMiB,
    };
  } finally {
    await controller.stop();
  }
}

/** What moves whenever a file is written or replaced, for each live file and inventory. */
function signatures(site: Site): Map<string, string> {
  const inventories = readdirSync(site.inventoriesFolder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(site.inventoriesFolder, name));
  const paths = [...site.monorepo.live.flat().map((file) => file.path), ...inventories];
  return new Map(
    paths.map((path) => {
      const stats = lstatSync(path, { bigint: true });
      return [path, `${stats.ino} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.size}`];
    }),
  );
}
