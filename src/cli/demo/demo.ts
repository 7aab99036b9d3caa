import type { Context } from '../context.ts';
import { showTable } from '../output.ts';
import { releaseView } from '../show/views.ts';
import { startController, tail, upArguments } from './controller.ts';
import type { DemoFolder } from './folder.ts';
import { freePorts } from './ports.ts';
import { createRepository } from './repository.ts';
import type { Screen } from './screen.ts';
import { application, configurationFiles, sitesOf } from './shop.ts';
import type { Sites } from './shop.ts';
import { Stage } from './stage.ts';
import { play } from './step.ts';
import type { Step, Tally } from './step.ts';
import { approve } from './steps/approve.ts';
import { badChange } from './steps/bad-change.ts';
import { deploy } from './steps/deploy.ts';
import { goodChange } from './steps/good-change.ts';
import { heal } from './steps/heal.ts';
import { resume } from './steps/resume.ts';
import { rollback } from './steps/rollback.ts';
import { toProd } from './steps/to-prod.ts';
import { tooMuch } from './steps/too-much.ts';
import { createVersions } from './versions.ts';

/** Plays the whole story in a folder. What it starts is the caller's to end. @throws the reason of the context's signal */
export async function playDemo(
  context: Context,
  folder: DemoFolder,
  screen: Screen,
): Promise<Tally> {
  const { signal } = context;
  const { env } = context.io;
  const { style } = context.out;
  const ports = await freePorts(5);
  const sites = sitesOf(folder, ports);
  const stage = new Stage({
    screen,
    folder,
    repository: await createRepository(folder.repository, env),
    sites,
    versions: createVersions(ports[4] ?? 0),
    actor: context.actor,
    signal,
    patienceMs: 15_000,
    start: () => startController(folder, env, signal),
  });
  introduce(screen, folder, sites);
  const steps: readonly Step<Stage>[] = [
    deploy(configurationFiles(folder), `fairlead ${upArguments(folder).join(' ')}`),
    approve,
    heal,
    badChange,
    goodChange,
    toProd,
    tooMuch,
    rollback(style),
    resume,
  ];
  const tally = await play(steps, stage, screen, signal);
  if (tally.passed === tally.steps) {
    screen.say('All of it is in the history, each release with its plan:');
    screen.command('fairlead history shop@prod');
    const releases = await stage.api.releases({ application, environment: 'prod', limit: 20 });
    screen.block(
      showTable(releaseView(context.nowMs()), releases, { wide: false, style, width: 80 }),
    );
  } else {
    const log = await tail(folder);
    if (log !== '') context.progress.important(`The controller said:\n${log}`);
  }
  return tally;
}

function introduce(screen: Screen, folder: DemoFolder, sites: Sites): void {
  screen.headline('Fairlead: a small shop, from a commit to a live system');
  screen.say(
    `Everything is real: a Git repository, a controller, files and processes on this machine, all of it in ${folder.path}. Nothing of it stays.`,
  );
  screen.block(`  dev   ${sites.dev.url}  changes go live by themselves
  prod  ${sites.prod.url}  every plan waits for a person`);
}
