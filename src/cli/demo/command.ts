import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { CommandDefinition } from '../command.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { program } from './controller.ts';
import { playDemo } from './demo.ts';
import { demoBroken } from './errors.ts';
import { createDemoFolder, findDemoFolder } from './folder.ts';
import type { DemoFolder } from './folder.ts';
import { havePrograms } from './kubernetes/programs.ts';
import { createScreen } from './screen.ts';
import type { Screen } from './screen.ts';
import { tallyLine } from './step.ts';
import { sweep } from './sweep.ts';

export const demo: CommandDefinition = {
  description: `Runs a small shop on this machine and shows what Fairlead does with it: a commit goes live in dev, waits for a person in prod, is healed when somebody breaks it, comes back by itself when it does not work, and is rolled back. Each step shows its plan and asks the live thing itself whether it is so. It needs Git and nothing else: no account, container, cluster or network.

With --kubernetes the shop is a Helm chart and Kustomize overlays, on a Kubernetes control plane of the demo's own: a real API server with its controllers, whose pods are played by kwok. No cluster of yours is touched. Its programs are taken from where KUBEBUILDER_ASSETS says, from the user's folder for caches or the PATH; a checkout of Fairlead builds what is missing, once, which takes Go and about ten minutes.

At a terminal it waits for Enter before each step; with --no-input it runs by itself, in a few seconds, on Kubernetes in less than a minute. Everything is in one temporary folder, and all that was started is ended, also after Ctrl-C.

The last line says how many steps passed; the exit code is 1 where one did not.`,
  arguments: [],
  options: [
    {
      flags: '--kubernetes',
      description: 'Play it on a Kubernetes control plane of its own, with Helm and Kustomize',
    },
    {
      flags: '--fast',
      description: 'Only the steps and what was seen: no plans and commands, no waiting for Enter',
    },
    {
      flags: '--keep',
      description: 'Leave the shop and the controller running, and say how to look around',
    },
    {
      flags: '--clean <folder>',
      description: 'End a demo that was left with --keep, and remove its folder',
      completion: { kind: 'folder' },
    },
  ],
  examples: [
    { run: 'fairlead demo', why: 'watch it, step by step' },
    { run: 'fairlead demo --no-input', why: 'unattended, as in CI' },
    { run: 'fairlead demo --kubernetes', why: 'the same on a cluster, with pods' },
    {
      run: 'fairlead demo --fast --keep',
      why: 'have a running system to try the other commands on',
    },
  ],
  outputs: ['text'],
  run: async (context, input) => {
    const left = input.text('clean');
    if (left !== null) {
      const folder = await findDemoFolder(left);
      await cleanUp(folder);
      context.out.text(`removed ${folder.path}`);
      return exitCodes.ok;
    }
    const screen = createScreen(context, { fast: input.flag('fast') });
    const isCluster = input.flag('kubernetes');
    if (isCluster) await havePrograms(context, screen);
    const folder = await createDemoFolder();
    // Where this process ends before it can clean up (a second Ctrl-C), another one does it.
    const guard = (): void => cleanUpDetached(folder, context.io.env);
    process.once('exit', guard);
    const playing = isCluster ? playOnCluster : playDemo;
    const tally = await playing(context, folder, screen).catch(async (thrown: unknown) => {
      await cleanUp(folder);
      process.off('exit', guard);
      throw thrown;
    });
    if (input.flag('keep')) explore(screen, folder, isCluster);
    else {
      screen.status('ending what was started');
      await cleanUp(folder);
    }
    process.off('exit', guard);
    context.progress.end();
    context.out.text(`\n${tallyLine(tally)}`);
    return tally.passed === tally.steps ? exitCodes.ok : exitCodes.error;
  },
};

/** Loaded only where it is asked for. */
const playOnCluster: typeof playDemo = async (context, folder, screen) => {
  const { playClusterDemo } = await import('./kubernetes/demo.ts');
  return playClusterDemo(context, folder, screen);
};

/** @throws FairleadError `demo.broken` where something will not end. */
async function cleanUp(folder: DemoFolder): Promise<void> {
  if (await sweep(folder)) return;
  throw demoBroken({
    message: `something that the demo started would not end; its folder is still ${folder.path}`,
    resource: folder.path,
    hint: `Try again with \`fairlead demo --clean ${folder.path}\`.`,
  });
}

function cleanUpDetached(folder: DemoFolder, env: Context['io']['env']): void {
  spawn(process.execPath, [program, 'demo', '--clean', folder.path], {
    env,
    stdio: 'ignore',
    detached: true,
  }).unref();
}

function explore(screen: Screen, folder: DemoFolder, isCluster: boolean): void {
  const exports = [
    ...(isCluster ? [`  export KUBECONFIG=${join(folder.cluster, 'kubeconfig')}`] : []),
    `  export FAIRLEAD_STATE_DIR=${folder.state}`,
  ].join('\n');
  screen.keep(`It all goes on running. To look around:

${exports}
  fairlead get
  fairlead describe shop@prod
${isCluster ? '  fairlead tree shop@prod\n' : ''}  fairlead history
  fairlead events --follow
  cd ${folder.repository}

To end it:

  fairlead demo --clean ${folder.path}`);
}
