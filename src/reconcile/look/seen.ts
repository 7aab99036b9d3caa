import type { Awaited } from '../../apply/health-wait.ts';
import type { ResourceView } from '../../control/api.ts';
import { aggregateHealth } from '../../health/aggregate.ts';
import type { NamedHealth } from '../../health/aggregate.ts';
import type { JournalStep } from '../../model/release.ts';
import { resourceKey, showResource } from '../../model/resource.ts';
import type { Revision } from '../../model/revision.ts';
import type { Health, SyncStatus } from '../../model/status.ts';

const justMade: Health = { status: 'Progressing', message: 'was just made, and not looked at yet' };

/** Tables are brought up to date so many times while a release makes its changes; each time costs a pass over all of it. */
const passes = 16;

/**
 * What of an application was seen at its targets, where tables and dependants look. What a release makes and sees is put here
 * while it runs. So one that fails is shown by what it left, not by what was there before it, until somebody looks again.
 */
export class Seen {
  #sync: SyncStatus = 'Unknown';
  #health: Health = { status: 'Unknown', message: 'not looked at yet' };
  #warnings: readonly string[] = [];
  #resources: readonly ResourceView[] = [];
  #checks: readonly NamedHealth[] = [];
  #live: Revision = [];
  /** Changes that were carried out and do not show in `resources` yet, by row. */
  readonly #unshown = new Map<string, JournalStep>();

  get sync(): SyncStatus {
    return this.#sync;
  }

  get health(): Health {
    return this.#health;
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  get resources(): readonly ResourceView[] {
    return this.#resources;
  }

  /** What is live, as its record says; empty: nothing. */
  get live(): Revision {
    return this.#live;
  }

  get works(): boolean {
    return this.#health.status === 'Healthy' || this.#health.status === 'Suspended';
  }

  /** A look saw its resources; their health counts with the next `check`. */
  look(resources: readonly ResourceView[], warnings: readonly string[], isProblem: boolean): void {
    this.#warnings = warnings;
    this.#resources = resources;
    const outOfSync = isProblem || resources.some(({ sync }) => sync !== 'Synced');
    this.#sync = outOfSync ? 'OutOfSync' : 'Synced';
  }

  /** What its own health checks said. */
  check(checks: readonly NamedHealth[]): void {
    this.#checks = checks;
  }

  /** Its health is that of its resources and checks. */
  aggregate(): void {
    this.#health = aggregateHealth([
      ...this.#resources.map(({ id, health }) => ({ name: showResource(id), health })),
      ...this.#checks,
    ]);
  }

  recorded(live: Revision): void {
    this.#live = live;
  }

  /** Whether it is in sync is known without its resources: it could not be planned, or is not what its source says. */
  mark(sync: Exclude<SyncStatus, 'Synced'>): void {
    this.#sync = sync;
  }

  /** A change was carried out. It shows at once, or in a large application together with some others. */
  step(step: JournalStep): void {
    if (step.result !== 'done') return;
    this.#unshown.set(rowOf(step.target, step.resource), step);
    if (this.#unshown.size * passes >= this.#resources.length) this.showSteps();
  }

  /** Shows what does not show yet. */
  showSteps(): void {
    if (this.#unshown.size === 0) return;
    const steps = new Map(this.#unshown);
    this.#unshown.clear();
    this.#resources = this.#resources.flatMap((view) => {
      const step = steps.get(rowOf(view.target, resourceKey(view.id)));
      if (step === undefined) return [view];
      if (step.action !== 'delete') return [asMade(view, justMade)];
      return view.sync === 'OutOfSync' ? [] : [view];
    });
    this.aggregate();
  }

  /** Resources were looked at while their health was awaited. */
  await(target: string, { healths }: Pick<Awaited, 'healths'>): void {
    this.showSteps();
    this.#resources = this.#resources.map((view) => {
      const health = view.target === target ? healths.get(resourceKey(view.id)) : undefined;
      return health === undefined ? view : asMade(view, health);
    });
    this.aggregate();
  }
}

function rowOf(target: string, resource: string): string {
  return `${target} ${resource}`;
}

function asMade(view: ResourceView, health: Health): ResourceView {
  return { ...view, sync: 'Synced', differs: [], health };
}
