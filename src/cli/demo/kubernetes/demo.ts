import type { Context } from '../../context.ts';
import { showTable } from '../../output.ts';
import { releaseView } from '../../show/views.ts';
import { startController, tail, upArguments } from '../controller.ts';
import type { DemoFolder } from '../folder.ts';
import { createRepository } from '../repository.ts';
import type { Screen } from '../screen.ts';
import { play } from '../step.ts';
import type { Step, Tally } from '../step.ts';
import { startDemoCluster } from './cluster.ts';
import { openKubectl } from './kubectl.ts';
import { openServer } from './server.ts';
import { ClusterStage } from './stage.ts';
import { adopt } from './steps/adopt.ts';
import { approve } from './steps/approve.ts';
import { badChange } from './steps/bad-change.ts';
import { deploy } from './steps/deploy.ts';
import { heal } from './steps/heal.ts';
import { refused } from './steps/refused.ts';
import { rollback } from './steps/rollback.ts';
import { toProd } from './steps/to-prod.ts';
import { tooMuch } from './steps/too-much.ts';

/** A server on a busy machine takes its time; on an idle one nothing here takes ten seconds. */
const patienceMs = 90_000;

/**
 * Plays the story on a control plane of its own. What it starts is the caller's to end.
 * @throws FairleadError `cluster.failed`; the reason of the context's signal
 */
export async function playClusterDemo(
  context: Context,
  folder: DemoFolder,
  screen: Screen,
): Promise<Tally> {
  const { signal } = context;
  const { style } = context.out;
  screen.headline('Fairlead on Kubernetes: a small shop, from a commit to running pods');
  screen.say(
    `The cluster is real: an API server with its controllers and scheduler, on this machine, all of it in ${folder.path}. Only the nodes and what runs on their pods are played, by kwok: no container is started. Nothing of it stays.`,
  );
  screen.block(`  dev   changes go live by themselves
  prod  every plan waits for a person`);
  const record = await startDemoCluster(context, folder, screen);
  const env = { ...context.io.env, KUBECONFIG: record.kubeconfig };
  const server = openServer(record);
  const stage = new ClusterStage({
    screen,
    repository: await createRepository(folder.repository, env),
    actor: context.actor,
    signal,
    start: () => startController(folder, env, signal),
    patienceMs,
    server,
    kubectl: openKubectl(record, env, signal),
    style,
  });
  const up = `fairlead ${upArguments(folder).join(' ')}`;
  const steps: readonly Step<ClusterStage>[] = [
    deploy(up, record.kubeconfig),
    approve,
    heal,
    badChange,
    toProd,
    refused,
    tooMuch,
    adopt,
    rollback,
  ];
  const tally = await play(steps, stage, screen, signal);
  if (tally.passed === tally.steps) {
    screen.say('All of it is in the history, each release with its plan:');
    screen.command('fairlead history shop@prod');
    const shop = stage.selectorOf('shop@prod');
    const releases = await stage.api.releases({ ...shop, limit: 20 });
    screen.block(
      showTable(releaseView(context.nowMs()), releases, { wide: false, style, width: 80 }),
    );
  } else {
    const log = await tail(folder);
    if (log !== '') context.progress.important(`The controller said:\n${log}`);
  }
  server.close();
  return tally;
}
