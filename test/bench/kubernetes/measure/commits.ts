import { now, sleep } from '../../controller.ts';
import type { BenchController } from '../../controller.ts';
import type { BenchCluster } from '../bench-cluster.ts';
import type { BenchRepository } from '../repository.ts';
import type { Watcher } from '../watcher.ts';
import { edits } from '../workload.ts';

const withinMs = 60_000;
/** Long enough for what a release writes after its last change. */
const restMs = 500;

interface Commits {
  /** From telling the controller to look until the server has the new image. */
  readonly seconds: readonly number[];
  /** Of each, everything included. */
  readonly requests: readonly number[];
}

/** Commits that touch one application each, one after the other. */
export async function commits(
  parts: {
    readonly cluster: BenchCluster;
    readonly controller: BenchController;
    readonly watcher: Watcher;
    readonly repository: BenchRepository;
  },
  apps: number,
  count: number,
): Promise<Commits> {
  const { cluster, controller, watcher, repository } = parts;
  const [seconds, requests]: [number[], number[]] = [[], []];
  for (let at = 0; at < count; at += 1) {
    // Far apart, so that no two are neighbours.
    const application = (at * 7_919 + 1) % apps;
    const image = `registry.example/app:commit-${at}`;
    repository.setImage(application, image);
    const before = await cluster.requests();
    const askedMs = now();
    const live = watcher.until(
      application,
      'Deployment',
      (object) => object !== null && edits.Deployment.read(object) === image,
      withinMs,
    );
    // Whether it is live is seen at the server; an error of the call comes out below.
    const asked = controller.api.refresh({ source: null });
    seconds.push(((await live) - askedMs) / 1_000);
    await asked;
    await controller.steady(apps, withinMs);
    await sleep(restMs);
    requests.push((await cluster.requests()) - before);
  }
  return { seconds, requests };
}
