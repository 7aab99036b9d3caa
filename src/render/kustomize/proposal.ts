import { parse } from 'yaml';
import { nameOf } from '../proposal.ts';
import type { RenderProposal } from '../proposal.ts';
import { fileNames } from './file-names.ts';

/** Overlays as `fairlead init` proposes them. */
export const kustomizeProposal: RenderProposal = {
  driver: 'kubernetes',
  isPart: (members) =>
    members.some(
      (file) => fileNames.includes(nameOf(file)) && /^kind: *Component *$/m.test(file.head ?? ''),
    ),
  namesNamespace: (members) => members.some(({ head }) => /^namespace:/m.test(head ?? '')),
  buildsOn: (members) => {
    const head = members.find((file) => fileNames.includes(nameOf(file)))?.head;
    return head === undefined ? [] : referencesIn(head);
  },
};

function referencesIn(head: string): readonly string[] {
  try {
    const { resources, bases, components } = parse(head, { logLevel: 'silent' }) as Record<
      string,
      unknown
    >;
    return [resources, bases, components]
      .flatMap((list) => (Array.isArray(list) ? (list as readonly unknown[]) : []))
      .filter((one) => typeof one === 'string');
  } catch {
    return [];
  }
}
