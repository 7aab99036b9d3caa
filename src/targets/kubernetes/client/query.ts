import { fieldManager } from '../names.ts';
import type { LogStreamOptions, WriteOptions } from './client.ts';

/** Parameters of a URL by name, not yet escaped. */
export type Query = Readonly<Record<string, string>>;

interface Selection {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

function selectionQuery({ labelSelector, fieldSelector }: Selection): Query {
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

/** @param next where the page before ended; empty for the first */
export function pageQuery(
  options: Selection & { readonly resourceVersion?: string },
  limit: number,
  next: string,
): Query {
  const { resourceVersion } = options;
  const from = resourceVersion === undefined ? {} : { resourceVersion };
  return {
    ...selectionQuery(options),
    limit: String(limit),
    ...(next === '' ? from : { continue: next }),
  };
}

/**
 * With `sendsInitial` what is there comes as events first; see
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists.
 */
export function watchQuery(
  options: Selection & {
    readonly resourceVersion: string;
    readonly timeoutSeconds?: number;
    readonly sendsInitial?: boolean;
  },
): Query {
  const { resourceVersion, timeoutSeconds, sendsInitial = false } = options;
  return {
    watch: 'true',
    allowWatchBookmarks: 'true',
    ...selectionQuery(options),
    ...(resourceVersion === '' ? {} : { resourceVersion }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds: String(timeoutSeconds) }),
    ...(sendsInitial ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } : {}),
  };
}

/** Of all writes but deletes. */
export function writeQuery(options: WriteOptions & { readonly force?: boolean }): Query {
  return {
    fieldManager: options.fieldManager ?? fieldManager,
    fieldValidation: options.fieldValidation ?? 'Strict',
    ...(options.dryRun === true ? { dryRun: 'All' } : {}),
    // Known to applying alone.
    ...(options.force === true ? { force: 'true' } : {}),
  };
}

/** What is left out is left to the server. */
export function logQuery(options: LogStreamOptions): Query {
  const { container, follow, tailLines, sinceSeconds, previous, timestamps } = options;
  return Object.fromEntries(
    Object.entries({ container, follow, tailLines, sinceSeconds, previous, timestamps }).flatMap(
      ([name, value]) => (value === undefined ? [] : [[name, String(value)]]),
    ),
  );
}
