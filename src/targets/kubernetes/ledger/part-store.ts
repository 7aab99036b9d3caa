import type { Hasher } from '../../../model/digest.ts';
import type { Random } from '../../../system/random.ts';
import type { ApiClient } from '../client/api-client.ts';
import { notFound } from '../client/errors.ts';
import { secretType } from '../names.ts';
import type { Namespace } from './namespace.ts';
import { dataOf, partObject, partType, recordLabel } from './objects.ts';
import { damaged } from './record.ts';
import type { RecordPart } from './record.ts';

/** A part that nothing refers to may belong to a write that is under way, for so long. */
const abandonedAfterMs = 600_000;

interface PartStoreOptions {
  readonly client: ApiClient;
  readonly namespace: Namespace;
  readonly hash: Hasher;
  readonly random: Random;
}

/**
 * The pieces of records that are too large for one object. Every write makes new ones under new names, so that a record
 * changes from one state to the next with its head, at once; the old ones go after it.
 */
export class PartStore {
  readonly #options: PartStoreOptions;

  constructor(options: PartStoreOptions) {
    this.#options = options;
  }

  /** @throws FairleadError `kubernetes.*`; what was made until then is swept up by a later write */
  async write(record: string, pieces: readonly Buffer[]): Promise<readonly RecordPart[]> {
    const { client, namespace, hash, random } = this.#options;
    const generation = random.uuid().replaceAll('-', '').slice(0, 12);
    await namespace.make();
    return await Promise.all(
      pieces.map(async (piece, at): Promise<RecordPart> => {
        const name = `${record}.${generation}.${at}`;
        const body = partObject(name, namespace.name, record, piece);
        const { object } = await client.create(secretType, namespace.name, body);
        return { name, uid: object.metadata.uid, checksum: hash(piece) };
      }),
    );
  }

  /**
   * @param place of the record, for messages
   * @throws FairleadError `kubernetes.not-found` for one that is missing, `target.inventory-unreadable` for damage
   */
  async read(parts: readonly RecordPart[], place: string): Promise<readonly Buffer[]> {
    const { client, namespace, hash } = this.#options;
    return await Promise.all(
      parts.map(async ({ name, checksum }) => {
        const object = await client.get(secretType, { namespace: namespace.name, name });
        if (object === null) throw notFound({ message: `${place}: its part ${name} is missing` });
        const piece = dataOf(object, 'body');
        if (piece === null || hash(piece) !== checksum)
          throw damaged(place, `its part ${name} is not what was written`);
        return piece;
      }),
    );
  }

  async remove(parts: readonly RecordPart[]): Promise<void> {
    const { client, namespace } = this.#options;
    await Promise.all(
      parts.map(({ name, uid }) =>
        client.delete(secretType, { namespace: namespace.name, name }, { uid }),
      ),
    );
  }

  /** Removes what writes that never ended have left of a record. */
  async sweep(record: string, used: readonly RecordPart[]): Promise<void> {
    const { client, namespace } = this.#options;
    const { items } = await client.list(secretType, {
      namespace: namespace.name,
      labelSelector: `${recordLabel}=${record}`,
      fieldSelector: `type=${partType}`,
      metadataOnly: true,
    });
    const ours = new Set(used.map(({ uid }) => uid));
    const madeMs = ({ metadata }: (typeof items)[number]): number =>
      Date.parse(metadata.creationTimestamp ?? '');
    // Ours are the newest: the server's clock, not this machine's.
    const nowMs = Math.max(...items.filter(({ metadata }) => ours.has(metadata.uid)).map(madeMs));
    const abandoned = items.filter(
      (item) => !ours.has(item.metadata.uid) && nowMs - madeMs(item) > abandonedAfterMs,
    );
    await this.remove(
      abandoned.map(({ metadata }) => ({ name: metadata.name, uid: metadata.uid, checksum: '' })),
    );
  }
}
