import { application } from '../shop.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

export const badChange: Step<Stage> = {
  title: 'A bad change comes back by itself',
  story:
    'Version 2 of the api wants a database that nobody set up: it starts and never becomes healthy. dev goes back to what worked, and the commit is remembered as bad.',
  run: async (stage) => {
    const { screen, versions } = stage;
    const prodBefore = await stage.offer('prod');
    const after = await stage.now();
    const began = performance.now();
    const commit = await stage.commit('api 2, with a database', stage.files(versions.bad));
    const failed = await stage.released('dev', after);
    screen.say(failed.error?.message ?? 'It did not fail.');
    const reverted = await stage.released('dev', failed.seq);
    await stage.provePage('dev', versions.first, ', as before');
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    await stage.prove({
      says: `dev   the first release ended as reverted, ${seconds} s after the commit`,
      look: async () => `${(await stage.api.release(failed.id)).outcome}, then ${reverted.trigger}`,
      expected: 'reverted, then revert',
    });
    const tried = await stage.releases('dev');
    await stage.api.refresh({ source: null });
    await stage.api.sync({
      application,
      environment: 'dev',
      actor: stage.actor,
      reason: 'is it tried again?',
      approve: null,
      retryQuarantined: false,
    });
    await stage.prove({
      says: `dev   commit ${commit.slice(0, 8)} is remembered and not tried again`,
      look: async () =>
        `${await stage.releases('dev')} releases, ${(await stage.view('dev')).error?.code}`,
      expected: `${tried} releases, release.quarantined`,
    });
    await stage.watch({
      says: 'prod waits with the bad plan',
      look: async () => (stage.badDigest = (await stage.view('prod')).waiting?.digest ?? ''),
      expected: /^sha256:/,
    });
    await stage.prove({
      says: 'prod  untouched: the same process serves the same version',
      look: async () => JSON.stringify(await stage.offer('prod')),
      expected: JSON.stringify(prodBefore),
    });
  },
};
