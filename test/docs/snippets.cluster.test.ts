import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openOwnCluster } from '../support/own-cluster.ts';
import type { OwnCluster } from '../support/own-cluster.ts';
import { playPage } from '../support/page/play.ts';
import { clusterPages, playedPages, top } from './pages.ts';

/** Pages whose reader has a cluster, as snippets.test.ts plays the others. They use different names in it. */

let cluster: OwnCluster;

beforeAll(async () => {
  cluster = await openOwnCluster('pages');
}, 300_000);

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
}, 60_000);

test('pages for a cluster exist, and say something', () => {
  expect(clusterPages.filter((page) => !playedPages.includes(page))).toEqual([]);
});

test.for(clusterPages)('%s does what it shows', { timeout: 300_000 }, async (page, { expect }) => {
  const played = playPage(join(top, page), join(top, 'examples'), cluster.record);
  expect(await played).toBeUndefined();
});
