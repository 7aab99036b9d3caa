import type { InventoryKey } from '../../../model/inventory.ts';
import type { ResourceId } from '../../../model/resource.ts';
import type { Clock } from '../../../system/clock.ts';
import type { TargetChange } from '../../target.ts';
import type { ResourceType } from '../client/resource-type.ts';
import type { Informers } from '../watch/informers.ts';

/** A server that restarts is back sooner: until then nobody is told. */
const graceMs = 30_000;

/** How often what cannot be watched is looked at instead. */
const lookEveryMs = 180_000;

interface Gap {
  readonly type: ResourceType;
  readonly reason: string;
  readonly timer: AbortController;
  isTold: boolean;
}

/**
 * Kinds that cannot be watched right now, because the server is away, does not allow it or fails at it. What was seen of
 * them last is old: whoever has such objects is told to look, now and then for as long as it lasts, and once when it is
 * over. A look that fails shows that nothing is known; one that succeeds finds what watching would have told.
 */
export class Blindness {
  readonly #clock: Clock;
  readonly #concerned: (type: ResourceType) => Iterable<InventoryKey>;
  readonly #tell: (change: TargetChange) => void;
  readonly #gaps = new Map<string, Gap>();
  readonly #end: () => void;

  /** @param concerned applications that have objects of a kind */
  constructor(
    informers: Pick<Informers<unknown>, 'subscribe'>,
    clock: Clock,
    concerned: (type: ResourceType) => Iterable<InventoryKey>,
    tell: (change: TargetChange) => void,
  ) {
    this.#clock = clock;
    this.#concerned = concerned;
    this.#tell = tell;
    this.#end = informers.subscribe((event) => {
      if (event.kind === 'interrupted') this.#begin(event.type, event.reason.message);
      else if (event.kind === 'synced') this.#over(event.type);
    });
  }

  /** What a person should know about how these are watched, as sentences; none where all of them are. */
  warnings(ids: Iterable<ResourceId>): readonly string[] {
    const found = new Set<Gap>();
    if (this.#gaps.size === 0) return [];
    for (const { group, kind } of ids) {
      const gap = this.#gaps.get(nameOf({ group, kind }));
      if (gap?.isTold === true) found.add(gap);
    }
    return [...found].map(
      ({ type, reason }) =>
        `changes of ${show(type)} are not seen at once, because they cannot be watched (${reason}); they are looked at every ${lookEveryMs / 60_000} minutes`,
    );
  }

  close(): void {
    this.#end();
    for (const { timer } of this.#gaps.values()) timer.abort();
    this.#gaps.clear();
  }

  #begin(type: ResourceType, reason: string): void {
    const name = nameOf(type);
    if (this.#gaps.has(name)) return;
    const gap: Gap = { type, reason, timer: new AbortController(), isTold: false };
    this.#gaps.set(name, gap);
    void this.#remind(gap);
  }

  async #remind(gap: Gap): Promise<void> {
    const { signal } = gap.timer;
    await this.#clock.sleep(graceMs, signal);
    while (!signal.aborted) {
      gap.isTold = true;
      this.#tellAll(gap.type, `${show(gap.type)} cannot be watched: ${gap.reason}`);
      await this.#clock.sleep(lookEveryMs, signal);
    }
  }

  #over(type: ResourceType): void {
    const gap = this.#gaps.get(nameOf(type));
    if (gap === undefined) return;
    this.#gaps.delete(nameOf(type));
    gap.timer.abort();
    if (gap.isTold) this.#tellAll(type, `${show(type)} can be watched again`);
  }

  #tellAll(type: ResourceType, message: string): void {
    for (const key of this.#concerned(type)) this.#tell({ key, id: null, message });
  }
}

function nameOf({ group, kind }: Pick<ResourceType, 'group' | 'kind'>): string {
  return `${group}/${kind}`;
}

function show({ group, plural }: ResourceType): string {
  return group === '' ? plural : `${plural}.${group}`;
}
