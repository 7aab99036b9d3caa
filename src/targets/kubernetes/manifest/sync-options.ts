import { suggest } from '../../../config/suggest.ts';

/** What `argocd.argoproj.io/sync-options` and `kubernetes.syncOptions` say: names and values in lower case, later ones win. */
export type SyncOptions = ReadonlyMap<string, string>;

/** How one of Argo CD's options is taken, by its values in lower case. */
interface Taken {
  readonly name: string;
  /** Values that do what they do with Argo CD, be it that Fairlead does so anyhow. */
  readonly does: readonly string[];
  /** What happens instead with any other value, as a whole sentence. */
  readonly instead: string;
}

/** All options that Argo CD 3 has. See https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/. */
const known: readonly Taken[] = [
  {
    name: 'Prune',
    does: ['true', 'false', 'confirm'],
    instead: 'It may be true, false or confirm.',
  },
  {
    name: 'Delete',
    does: ['true', 'false', 'confirm'],
    instead: 'It may be true, false or confirm.',
  },
  { name: 'Replace', does: ['true', 'false'], instead: 'It may be true or false.' },
  { name: 'Force', does: ['true', 'false'], instead: 'It may be true or false.' },
  { name: 'Validate', does: ['true', 'false'], instead: 'It may be true or false.' },
  { name: 'CreateNamespace', does: ['true', 'false'], instead: 'It may be true or false.' },
  { name: 'PruneLast', does: ['true', 'false'], instead: 'It may be true or false.' },
  {
    name: 'SkipDryRunOnMissingResource',
    does: ['true', 'false'],
    instead: 'It may be true or false.',
  },
  {
    name: 'PrunePropagationPolicy',
    does: ['background', 'foreground', 'orphan'],
    instead: 'It may be background, foreground or orphan.',
  },
  {
    name: 'ApplyOutOfSyncOnly',
    does: ['true'],
    instead: 'Only what differs is ever applied; `fairlead plan` shows what that is.',
  },
  {
    name: 'ServerSideApply',
    does: ['true'],
    instead:
      'Everything is applied by server-side apply; Replace=true makes anew what cannot be changed.',
  },
  {
    name: 'ClientSideApplyMigration',
    does: ['true'],
    instead: "What kubectl's client-side apply managed is always taken over with the object.",
  },
  {
    name: 'RespectIgnoreDifferences',
    does: ['true'],
    instead:
      'Differences that are ignored are never written; leave them out of ignoreDifferences instead.',
  },
  {
    name: 'FailOnSharedResource',
    does: ['true'],
    instead:
      'An object belongs to one application; list the old name in previousNames to hand it over.',
  },
];

/** Later ones win; names and values in any case, as people write them. */
export function readSyncOptions(options: readonly string[]): SyncOptions {
  return new Map(
    options.flatMap((option) => {
      const [name = '', value = ''] = option.trim().toLowerCase().split('=');
      return name === '' ? [] : [[name.trim(), value.trim()] as const];
    }),
  );
}

/** One sentence for each option that does not do what it says, with what there is instead. */
export function ignoredOptions(options: readonly string[]): readonly string[] {
  return options.flatMap((option) => {
    const shown = option.trim();
    const [name = '', value = ''] = shown.split('=').map((part) => part.trim());
    if (name === '') return [];
    const taken = known.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (taken === undefined) {
      const nearest = suggest(
        name,
        known.map((one) => one.name),
      );
      const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
      return [`the sync option ${shown} is not followed: there is no such option${hint}`];
    }
    if (taken.does.includes(value.toLowerCase())) return [];
    return [`the sync option ${shown} is not followed. ${taken.instead}`];
  });
}
