import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf } from '../support/page/blocks.ts';
import type { Block } from '../support/page/blocks.ts';
import { fileOf } from '../support/page/steps.ts';

/** The checkout. */
export const top = join(import.meta.dirname, '../..');

/** All pages for people, by their path in the checkout. */
export const allPages: readonly string[] = globSync(
  ['*.md', 'docs/**/*.md', 'examples/**/*.md', 'schema/**/*.md'],
  { cwd: top },
).toSorted();

/** The reference and the decisions list what there is; the other pages tell a story, which is played. */
export const stories: readonly string[] = allPages.filter(
  (page) => !page.startsWith('docs/reference/') && !page.startsWith('docs/decisions/'),
);

export function textOf(page: string): string {
  return readFileSync(join(top, page), 'utf8');
}

/** Whether something of a block is done when its page is played. */
function isPlayed(block: Block): boolean {
  if (fileOf(block) !== null) return true;
  return (block.language === 'sh' || block.language === 'console') && block.info !== 'elsewhere';
}

/** Pages with something to play. */
export const playedPages: readonly string[] = stories.filter((page) =>
  blocksOf(textOf(page)).some(isPlayed),
);

/** Those whose reader has a cluster. They are played by the suite `kubernetes`. */
export const clusterPages: readonly string[] = [
  'docs/guide/first-cluster.md',
  'examples/helm/README.md',
  'examples/kustomize/README.md',
];
