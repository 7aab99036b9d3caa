import { eventsAfter, startController } from '../controller.ts';
import type { BenchController } from '../controller.ts';
import { cpuOf } from '../process-facts.ts';
import type { Site } from '../site.ts';

/** Nobody waits longer than this for one measurement. */
const withinMs = 300_000;

interface FirstDeployment {
  /** From the start of the process until the last application is live: start, clone, render, plan, apply, record. */
  readonly fromStartMs: number;
  /** The same from the end of the fetch. */
  readonly fromFetchMs: number;
  /** CPU of the controller from its start until it is steady; `null` where the system cannot tell. */
  readonly cpuMs: number | null;
  readonly controller: BenchController;
}

/** Deploys everything for the first time, checks every file, and leaves the controller running. */
export async function firstDeployment(site: Site, name: string): Promise<FirstDeployment> {
  site.reset();
  const controller = await startController(site.controller(name));
  try {
    // The events say when it ended: no need to ask often.
    await controller.steady(site.monorepo.apps, withinMs, 200);
    const cpuMs = cpuOf(controller.pid);
    const events = await eventsAfter(controller.api, 0);
    const fetched = events.find((event) => event.type === 'source.updated');
    const ended = events.filter((event) => event.type === 'release.ended');
    if (fetched === undefined || ended.length !== site.monorepo.apps) {
      throw new Error(`expected ${site.monorepo.apps} releases, saw ${ended.length}`);
    }
    const [difference] = site.differences();
    if (difference !== undefined) throw new Error(difference);
    const lastMs = Math.max(...ended.map((event) => event.atMs));
    return {
      fromStartMs: lastMs - controller.startedAtMs,
      fromFetchMs: lastMs - fetched.atMs,
      cpuMs,
      controller,
    };
  } catch (thrown) {
    await controller.stop();
    throw thrown;
  }
}
