import type { Files } from '../repository.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

/** @param files the configuration that goes with the first commit. */
export function deploy(files: Files, up: string): Step<Stage> {
  return {
    title: 'A commit goes live in dev',
    story:
      'The first commit holds a page, a configuration, a program and two processes. The controller follows the repository; in dev, changes go live by themselves.',
    run: async (stage) => {
      const { screen, versions } = stage;
      screen.command(`git commit --all --message 'Open the shop' && git push`);
      await stage.repository.commit('Open the shop', { ...files, ...stage.files(versions.first) });
      screen.command(up);
      screen.status('starting the controller');
      const began = performance.now();
      await stage.start();
      await stage.released('dev', 0);
      await stage.provePage('dev', versions.first);
      const seconds = ((performance.now() - began) / 1_000).toFixed(1);
      screen.proof(`live ${seconds} s after the controller was started for the first time`);
    },
  };
}
