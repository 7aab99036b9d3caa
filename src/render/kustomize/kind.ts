import type { RendererKind } from '../renderer-kind.ts';
import { fileNames } from './file-names.ts';
import { kustomizeProposal } from './proposal.ts';
import { createKustomizeRenderer } from './renderer.ts';

/** Overlays, by Kustomize's own engine. */
export const kustomize: RendererKind = {
  name: 'kustomize',
  words: 'a Kustomize overlay',
  files: fileNames,
  marks: (file) => fileNames.includes(file),
  create: createKustomizeRenderer,
  proposal: kustomizeProposal,
};
