import type { Clock } from '../../../system/clock.ts';
import type { ApiClient } from '../client/api-client.ts';
import type { KubeObject } from '../client/object.ts';
import { secretType } from '../names.ts';
import { partType, recordLabel } from './objects.ts';
import type { RecordHead } from './record.ts';

/** Least time between two looks, in milliseconds: longer than any write is under way. */
const everyMs = 3_600_000;

interface PartSweeperOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly namespace: string;
  /** The record of that name as the server has it now. */
  readonly ask: (record: string) => Promise<KubeObject | null>;
  /** @throws FairleadError for one that cannot be read */
  readonly headOf: (object: KubeObject) => RecordHead;
}

/**
 * Takes away parts that no record names and that no later write of their record will sweep up: of a record that was removed, or
 * that has become small, by a controller that ended in the middle. A part may also belong to a write that is under way;
 * so it goes only when two looks, an hour apart at least, have found it in the same state, and its record says now, too, that it
 * does not have it. What a record that cannot be read names is not known, so all of its parts stay.
 */
export class PartSweeper {
  readonly #options: PartSweeperOptions;
  /** UIDs of parts that nobody named at the last look. */
  #found = new Set<string>();
  #lastMs: number;

  constructor(options: PartSweeperOptions) {
    this.#options = options;
    this.#lastMs = options.clock.monotonicMs();
  }

  /** Looks, where the last look was long ago. @throws FairleadError `kubernetes.*` */
  async sweep(): Promise<void> {
    const { client, clock, namespace } = this.#options;
    if (clock.monotonicMs() - this.#lastMs < everyMs) return;
    this.#lastMs = clock.monotonicMs();
    const { items } = await client.list(secretType, {
      namespace,
      fieldSelector: `type=${partType}`,
      metadataOnly: true,
    });
    const byRecord = Map.groupBy(items, ({ metadata }) => metadata.labels?.[recordLabel] ?? '');
    const unnamed = new Set<string>();
    for (const [record, parts] of byRecord) {
      const named = record === '' ? null : await this.#namedBy(record);
      if (named === null) continue;
      for (const { metadata } of parts) {
        const { uid, name } = metadata;
        if (named.has(uid)) continue;
        if (this.#found.has(uid)) await client.delete(secretType, { namespace, name }, { uid });
        else unnamed.add(uid);
      }
    }
    this.#found = unnamed;
  }

  /** UIDs of the parts that a record has; `null`: nobody can tell. */
  async #namedBy(record: string): Promise<ReadonlySet<string> | null> {
    const { ask, headOf } = this.#options;
    const object = await ask(record);
    if (object === null) return new Set();
    try {
      return new Set(headOf(object).parts.map(({ uid }) => uid));
    } catch {
      return null;
    }
  }
}
