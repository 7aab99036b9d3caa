import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { application, createLocalBench, surroundings } from '../support/local-bench.ts';
import { controllerApi, startProgram, until, untilServed } from '../support/program.ts';
import { canMount, mountSmallDisk } from '../support/small-disk.ts';

test.runIf(canMount())(
  'the log of a controller goes on, line by line, when there is room again on the disk that it is written to',
  { timeout: 180_000 },
  async () => {
    using disk = mountSmallDisk(1);
    await using bench = createLocalBench();
    const log = join(disk.path, 'log');
    const lines = (): readonly string[] => readFileSync(log, 'utf8').split('\n').slice(0, -1);
    const commit = (content: string): string =>
      bench.checkout.commit({
        'fairlead.yaml': surroundings(bench.hostDir) + application('site'),
        'site/page.yaml': bench.file('page', content),
      });
    const first = commit('one');
    const args = ['up', '--repo', bench.checkout.directory, '--poll', '100ms'];
    const controller = startProgram(
      [...args, '--state-dir', bench.stateDir, '--log-format', 'json'],
      {
        cwd: bench.folder,
        env: { HOME: bench.folder },
        prefix: ['sh', '-c', `exec "$@" 2>>'${log}'`, 'sh'],
      },
    );
    try {
      await untilServed(controller, controllerApi(bench.stateDir));
      await bench.settled(first, 'site');
      disk.fill();
      // The file has some room of its own left: until nothing more of what is told arrives.
      for (let at = 0, before = -1; readFileSync(log).length !== before; at += 1) {
        before = readFileSync(log).length;
        await bench.settled(commit(`lost ${at}`), 'site');
      }
      disk.free();
      const second = commit('three');
      await bench.settled(second, 'site');
      const isTold = (line: string): boolean => line.includes(second.slice(0, 8));
      await until('a line about the newest commit', () => lines().some(isTold));
      // One line was cut where the disk was full; none begins in the middle of another.
      const cut = lines().filter((line) => !line.endsWith('}'));
      expect(cut.length).toBeLessThanOrEqual(1);
      expect(cut.map((line) => line.lastIndexOf('{"time":'))).toEqual(cut.map(() => 0));
      const whole = lines().filter((line) => !cut.includes(line));
      expect(whole.every((line) => Object.hasOwn(JSON.parse(line), 'message'))).toBe(true);
    } finally {
      controller.kill('SIGTERM');
      await controller.ended;
    }
  },
);
