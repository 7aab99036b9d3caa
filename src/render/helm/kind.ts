import type { RendererKind } from '../renderer-kind.ts';
import { helmProposal } from './proposal.ts';
import { createHelmRenderer } from './renderer.ts';

const files = ['Chart.yaml', 'Chart.yml'];

/** Charts, by Helm's own engine. */
export const helm: RendererKind = {
  name: 'helm',
  words: 'a Helm chart',
  files,
  marks: (file) => files.includes(file),
  create: createHelmRenderer,
  proposal: helmProposal,
};
