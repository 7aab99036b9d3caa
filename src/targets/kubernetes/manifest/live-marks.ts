import type { LiveMarks } from '../../../model/resource.ts';
import type { KubeObject } from '../client/object.ts';
import { ofSyncOptions, pruneWords } from './options.ts';

const words = Object.values(pruneWords);

/**
 * What an object says at the cluster about its deletion, whoever wrote it there: Argo CD, Flux and Helm look at the live object before
 * they delete it, and so does Fairlead. A word that is none counts as one that keeps: what is deleted does not come back.
 * `undefined`: nothing.
 */
export function liveMarksOf({ metadata }: KubeObject): LiveMarks | undefined {
  const { annotations = {}, labels = {} } = metadata;
  // Nearly all have none of them, and each is looked at whenever it changes.
  if (!words.some((name) => name in annotations) && !(pruneWords.flux in labels)) return undefined;
  const options = annotations[pruneWords.argo];
  const { prune, deletion: read } = ofSyncOptions((options ?? '').split(','));
  const { keptOnRemoval, asks } = read ?? {};
  const deletion = { ...(keptOnRemoval && { keptOnRemoval }), ...(asks && { asks }) };
  const own = annotations[pruneWords.own];
  const found = [
    own !== undefined && own !== 'enabled' ? `${pruneWords.own}: ${own}` : null,
    [annotations, labels].some((marks) => says(marks[pruneWords.flux], 'disabled'))
      ? `${pruneWords.flux}: disabled`
      : null,
    says(annotations[pruneWords.helm], 'keep') ? `${pruneWords.helm}: keep` : null,
    prune ? null : `${pruneWords.argo}: Prune=false`,
  ];
  const kept = found.find((mark) => mark !== null);
  const isAsked = Object.keys(deletion).length > 0;
  if (kept === undefined && !isAsked) return undefined;
  return { ...(kept !== undefined && { kept }), ...(isAsked && { deletion }) };
}

/** Flux and Helm look at neither capitals nor blanks. */
function says(value: string | undefined, word: string): boolean {
  return value?.trim().toLowerCase() === word;
}
