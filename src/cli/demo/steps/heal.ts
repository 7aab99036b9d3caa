import { readFile, writeFile } from 'node:fs/promises';
import { application, configText } from '../shop.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

export const heal: Step<Stage> = {
  title: 'Somebody breaks prod, and it heals',
  story:
    'By hand, past Git: the price becomes 0 and the api is killed. Nobody asks for help; the controller watches files and processes.',
  run: async (stage) => {
    const { screen, versions } = stage;
    const { config, url } = stage.site('prod');
    const { pid } = await stage.offer('prod');
    const after = await stage.now();
    screen.command(`echo '{"product":"coffee","price":0}' > …/live/prod/shop.json`);
    screen.command(`kill -9 ${pid}`);
    const wanted = configText(versions.first);
    await writeFile(config, '{"product":"coffee","price":0}\n');
    process.kill(pid, 'SIGKILL');
    const brokenMs = performance.now();
    await stage.watch({
      says: 'the file is as Git says',
      look: () => readFile(config, 'utf8'),
      expected: wanted,
    });
    const fileMs = performance.now() - brokenMs;
    await stage.watch({
      says: 'a new api answers',
      look: async () => ((await stage.offer('prod')).pid === pid ? 'the killed one' : 'a new one'),
      expected: 'a new one',
    });
    const apiMs = performance.now() - brokenMs;
    await stage.watch({
      says: 'prod is in sync and healthy',
      look: async () => {
        const view = await stage.view('prod');
        return `${view.sync} ${view.health.status} ${view.state}`;
      },
      expected: 'Synced Healthy synced',
    });
    for (const release of await healings(stage, after)) screen.plan(release.plan);
    screen.proof(`prod  the file was healed in ${Math.round(fileMs)} ms`);
    screen.proof(`prod  a new api answered in ${Math.round(apiMs)} ms`);
    await stage.provePage('prod', versions.first);
    await stage.prove({
      says: 'each healing is in the history',
      look: async () =>
        `${(await healings(stage, after)).map((one) => one.trigger).join(' ')} (${url})`,
      expected: /^drift( drift)* \(/,
    });
  },
};

async function healings(stage: Stage, after: number): ReturnType<Stage['api']['releases']> {
  const events = await stage.api.events({ afterSeq: after, limit: 1_000 });
  const ids = new Set(
    events.filter((one) => one.type === 'release.started').map((one) => one.release),
  );
  const releases = await stage.api.releases({ application, environment: 'prod', limit: 100 });
  return releases.filter((one) => ids.has(one.id)).toReversed();
}
