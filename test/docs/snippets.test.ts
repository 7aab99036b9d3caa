import { join } from 'node:path';
import { describe, test } from 'vitest';
import { playPage } from '../support/page/play.ts';
import { clusterPages, playedPages, top } from './pages.ts';

/**
 * What pages tell people to type works and says what they show; how they are written is told in support/page/play.ts.
 * They mostly wait, each in folders of its own, so they are played side by side.
 */

describe.concurrent('pages', () => {
  const pages = playedPages.filter((page) => !clusterPages.includes(page));
  test.for(pages)('%s does what it shows', async (page, { expect }) => {
    const played = playPage(join(top, page), join(top, 'examples'));
    expect(await played).toBeUndefined();
  });
});
