import type { ResourceTree } from '../../control/api.ts';
import { showResource } from '../../model/resource.ts';
import type { TreeNode } from '../../model/tree.ts';
import type { Style } from '../terminal/style.ts';
import { oneLine } from '../terminal/width.ts';
import { healthCell } from './status.ts';

/** Resources and what they own, indented; why one is not healthy stands beside it. */
export function showTree(trees: readonly ResourceTree[], style: Style): string {
  const targets = new Set(trees.map(({ target }) => target));
  return [...targets]
    .map((name) => {
      const roots = trees.filter(({ target }) => target === name);
      const lines = roots.flatMap((root) => linesOf(root, '', '', style, null));
      return [...(targets.size > 1 ? [style.strong(name)] : []), ...lines].join('\n');
    })
    .join('\n\n');
}

function linesOf(
  node: TreeNode,
  first: string,
  further: string,
  style: Style,
  namespace: string | null,
): readonly string[] {
  const { id, health, children } = node;
  const shown = id.namespace === namespace ? `${id.kind}/${id.name}` : showResource(id);
  const { text, paint } = healthCell(health.status, style);
  const why = health.status === 'Healthy' ? '' : `  ${oneLine(health.message)}`;
  return [
    `${first}${oneLine(shown)}  ${paint?.(text) ?? text}${why}`,
    ...children.flatMap((child, at) => {
      const isLast = at === children.length - 1;
      const [branch, bar] = isLast ? ['└─ ', '   '] : ['├─ ', '│  '];
      return linesOf(child, `${further}${branch}`, `${further}${bar}`, style, id.namespace);
    }),
  ];
}
