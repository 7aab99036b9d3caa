import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toFairleadError } from '../../src/model/error.ts';
import { fencedOff } from '../../src/targets/errors.ts';
import { inventoryFormatVersion } from '../../src/model/inventory.ts';
import type { Hold, Inventory, InventoryEntry, InventoryKey } from '../../src/model/inventory.ts';
import { sameJson } from '../../src/model/json.ts';
import type { Desired, Live, Manifest, Observation } from '../../src/model/resource.ts';
import type { ApplyEffect, Effect, Target, TargetChange } from '../../src/targets/target.ts';

/** What the suite needs to know of a driver: one simple kind of resource, and ways to disturb the place. */
export interface TargetHarness {
  /** Another controller's view of the same place; closed by the harness. */
  open(): Promise<Target>;
  /** The simplest resource of this target; two variants of one name differ in one owned field. */
  manifest(name: string, variant: 'first' | 'second'): Manifest;
  /** A manifest that the driver must refuse because of an unknown field, and the field that was probably meant. */
  misspelt(name: string): { readonly manifest: Manifest; readonly meant: string };
  /** Changes an owned field behind the controller's back. */
  disturb(name: string): Promise<void>;
  /** Deletes the resource behind the controller's back. */
  destroy(name: string): Promise<void>;
  /** Makes looking at the resource fail, without making it absent. */
  hide(name: string): Promise<void>;
  /** Flips something in the stored inventory. */
  damageInventory(key: InventoryKey): Promise<void>;
  /** Stores an inventory of a format of the future. */
  storeNewerInventory(key: InventoryKey): Promise<void>;
  close(): Promise<void>;
}

const key: InventoryKey = { application: 'shop', environment: 'dev' };
const commit = 'a'.repeat(40);

/** What every driver must do, whatever it drives. */
export function describeTarget(name: string, create: () => Promise<TargetHarness>): void {
  describe(`${name} target`, () => {
    let harness: TargetHarness;
    let target: Target;

    beforeEach(async () => {
      harness = await create();
      target = await harness.open();
    });

    afterEach(async () => {
      await harness.close();
    });

    const prepare = async (manifest: Manifest): Promise<Desired> => {
      const prepared = await target.prepare([manifest], { key, project: null });
      if (!prepared.ok) throw prepared.error;
      return prepared.value[0]!;
    };

    const look = async (desired: Desired, uid: string | null = null): Promise<Observation> => {
      const reference = { id: desired.id, locator: desired.locator, uid, desired };
      const [observation] = await target.read(key, [reference]);
      return observation!;
    };

    const lookLive = async (desired: Desired): Promise<Live> => {
      const observation = await look(desired);
      if (observation.kind !== 'present') throw new Error(`it is ${observation.kind}`);
      return observation.live;
    };

    const effectOn = (desired: Desired, uid: string | null): Effect => ({
      key,
      applicationUid: 'app-1',
      id: desired.id,
      uid,
      locator: desired.locator,
      fence: async () => {},
      signal: new AbortController().signal,
      timeoutMs: 10_000,
      owned: uid === null ? null : desired.fields,
    });

    const applyEffect = (desired: Desired, uid: string | null): ApplyEffect => ({
      ...effectOn(desired, uid),
      action: uid === null ? 'create' : 'update',
      desired,
    });

    describe('resources', () => {
      it('reads as absent what is not there', async () => {
        const desired = await prepare(harness.manifest('one', 'first'));
        expect(await look(desired)).toEqual({ kind: 'absent' });
      });

      it('prepares the same manifest to the same fields every time', async () => {
        const first = await prepare(harness.manifest('one', 'first'));
        const again = await prepare(harness.manifest('one', 'first'));
        expect(again.fields).toEqual(first.fields);
        expect(again.claims).toEqual(first.claims);
      });

      it('reads what it applied in the shape of the wish, under the UID that apply gave', async () => {
        const desired = await prepare(harness.manifest('one', 'first'));
        const { uid } = await target.apply(applyEffect(desired, null));
        const live = await lookLive(desired);
        expect(live.uid).toBe(uid);
        expect(sameJson(live.fields, desired.fields)).toBe(true);
        await becomes(
          'Healthy',
          async () => target.health(await lookLive(desired), desired).status,
        );
      });

      it('takes the same effect twice: an answer that was lost does no harm', async () => {
        const desired = await prepare(harness.manifest('one', 'first'));
        const { uid } = await target.apply(applyEffect(desired, null));
        const again = await target.apply(applyEffect(desired, uid));
        expect((await lookLive(desired)).uid).toBe(again.uid);
      });

      it('updates what is there', async () => {
        const first = await prepare(harness.manifest('one', 'first'));
        const { uid } = await target.apply(applyEffect(first, null));
        const second = await prepare(harness.manifest('one', 'second'));
        expect(sameJson((await lookLive(second)).fields, second.fields)).toBe(false);
        await target.apply(applyEffect(second, uid));
        expect(sameJson((await lookLive(second)).fields, second.fields)).toBe(true);
      });

      it('refuses to create over something that is there', async () => {
        const first = await prepare(harness.manifest('one', 'first'));
        await target.apply(applyEffect(first, null));
        const second = await prepare(harness.manifest('one', 'second'));
        expect(await codeOf(target.apply(applyEffect(second, null)))).toBe(
          'target.precondition-failed',
        );
        expect(sameJson((await lookLive(first)).fields, first.fields)).toBe(true);
      });

      it('refuses to update something else than was planned for', async () => {
        const first = await prepare(harness.manifest('one', 'first'));
        const { uid } = await target.apply(applyEffect(first, null));
        const second = await prepare(harness.manifest('one', 'second'));
        expect(await codeOf(target.apply(applyEffect(second, `${uid}-other`)))).toBe(
          'target.precondition-failed',
        );
        expect(sameJson((await lookLive(first)).fields, first.fields)).toBe(true);
      });

      it('refuses to remove something else than was planned for', async () => {
        const desired = await prepare(harness.manifest('one', 'first'));
        const { uid } = await target.apply(applyEffect(desired, null));
        expect(await codeOf(target.remove(effectOn(desired, `${uid}-other`)))).toBe(
          'target.precondition-failed',
        );
        expect((await look(desired)).kind).toBe('present');
      });

      it('removes, and removing once more is fine', async () => {
        const desired = await prepare(harness.manifest('one', 'first'));
        const { uid } = await target.apply(applyEffect(desired, null));
        await target.remove(effectOn(desired, uid));
        expect(await look(desired, uid)).toEqual({ kind: 'absent' });
        await target.remove(effectOn(desired, uid));
      });

      it('shows a foreign change as a difference, and heals it with the UID that was read', async () => {
        const desired = await prepare(harness.manifest('one', 'first'));
        await target.apply(applyEffect(desired, null));
        await harness.disturb('one');
        const live = await lookLive(desired);
        expect(sameJson(live.fields, desired.fields)).toBe(false);
        await target.apply(applyEffect(desired, live.uid));
        expect(sameJson((await lookLive(desired)).fields, desired.fields)).toBe(true);
      });

      it('never calls absent what it could not look at', async () => {
        const desired = await prepare(harness.manifest('one', 'first'));
        await target.apply(applyEffect(desired, null));
        await harness.hide('one');
        expect((await look(desired)).kind).toBe('unreadable');
      });

      it('answers reads one for one, in order', async () => {
        const one = await prepare(harness.manifest('one', 'first'));
        const two = await prepare(harness.manifest('two', 'first'));
        await target.apply(applyEffect(two, null));
        const references = [one, two, one].map((desired) => ({
          id: desired.id,
          locator: desired.locator,
          uid: null,
          desired,
        }));
        const observations = await target.read(key, references);
        expect(observations.map(({ kind }) => kind)).toEqual(['absent', 'present', 'absent']);
      });

      it('touches nothing once a newer writer has taken over', async () => {
        const desired = await prepare(harness.manifest('one', 'first'));
        const fence = async (): Promise<void> => {
          throw fencedOff({ message: 'a newer writer is there' });
        };
        expect(await codeOf(target.apply({ ...applyEffect(desired, null), fence }))).toBe(
          'target.fenced-off',
        );
        expect(await look(desired)).toEqual({ kind: 'absent' });
        const { uid } = await target.apply(applyEffect(desired, null));
        expect(await codeOf(target.remove({ ...effectOn(desired, uid), fence }))).toBe(
          'target.fenced-off',
        );
        expect((await look(desired)).kind).toBe('present');
      });

      it('touches nothing once it is cancelled', async () => {
        const desired = await prepare(harness.manifest('one', 'first'));
        const signal = AbortSignal.abort(new Error('stopped'));
        await expect(target.apply({ ...applyEffect(desired, null), signal })).rejects.toThrow(
          'stopped',
        );
        expect(await look(desired)).toEqual({ kind: 'absent' });
      });

      it('refuses an unknown field with its file and the field that was probably meant', async () => {
        const { manifest, meant } = harness.misspelt('one');
        const prepared = await target.prepare([manifest], { key, project: null });
        expect(prepared.ok).toBe(false);
        if (prepared.ok) return;
        expect(prepared.error.code).toBe('target.manifest-invalid');
        expect(prepared.error.message).toContain('app/one.yaml:3');
        expect(prepared.error.message).toContain(`did you mean ${meant}?`);
      });

      it('refuses an unknown kind', async () => {
        const manifest = { ...harness.manifest('one', 'first'), kind: 'Nothing' };
        const prepared = await target.prepare([manifest], { key, project: null });
        // Where kinds can be added to a running place, it is looked for again.
        expect(prepared.ok ? null : prepared.error.code).toMatch(/\.kind-(?:unknown|missing)$/);
      });

      it('refuses a place that another application owns, and lets a renamed one keep it', async () => {
        const desired = await prepare(harness.manifest('one', 'first'));
        await target.ledger.save(key, inventoryOf(1, [entryOf(desired, 'uid')]), null);
        const other = { application: 'blog', environment: 'dev' };
        const taken = await target.prepare([harness.manifest('one', 'first')], {
          key: other,
          project: null,
        });
        expect(taken.ok ? null : taken.error.code).toBe('target.claim-taken');
        const renamed = await target.prepare([harness.manifest('one', 'first')], {
          key: other,
          project: null,
          previousNames: ['shop'],
        });
        expect(renamed.ok).toBe(true);
        expect(
          await codeOf(
            target.apply({ ...applyEffect(desired, null), key: other, applicationUid: 'app-2' }),
          ),
        ).toBe('target.claim-taken');
      });

      it('knows the same place under the same UID from every controller', async () => {
        expect((await harness.open()).uid).toBe(target.uid);
        expect(target.uid).not.toBe('');
      });
    });

    describe('watching', () => {
      it('tells of a foreign change and of a deletion', async () => {
        const desired = await prepare(harness.manifest('one', 'first'));
        const { uid } = await target.apply(applyEffect(desired, null));
        const changes = listen(target);
        const reference = { id: desired.id, locator: desired.locator, uid, desired };
        await target.watch({ key, references: [reference] });
        await target.read(key, [reference]);
        await harness.disturb('one');
        expect(await changes.next()).toMatchObject({ key, id: desired.id });
        const healed = await target.apply(applyEffect(desired, (await lookLive(desired)).uid));
        await changes.settled();
        await target.watch({ key, references: [{ ...reference, uid: healed.uid }] });
        await target.read(key, [{ ...reference, uid: healed.uid }]);
        await harness.destroy('one');
        expect(await changes.next()).toMatchObject({ key, id: desired.id });
      });

      it('stays quiet once the watch has ended', async () => {
        const desired = await prepare(harness.manifest('one', 'first'));
        const { uid } = await target.apply(applyEffect(desired, null));
        const changes = listen(target);
        const reference = { id: desired.id, locator: desired.locator, uid, desired };
        await target.watch({ key, references: [reference] });
        await target.watch({ key, references: [] });
        await harness.disturb('one');
        await pause(300);
        expect(changes.seen()).toEqual([]);
      });

      it('tells of a hold that somebody else set', async () => {
        const changes = listen(target);
        await target.watch({ key, references: [] });
        await pause(50);
        const other = await harness.open();
        await other.ledger.saveHold(key, hold);
        expect(await changes.next()).toMatchObject({ key, id: null });
        expect(await target.ledger.loadHold(key)).toEqual(hold);
      });
    });

    describe('ledger', () => {
      it('gives back what was saved, also to another controller', async () => {
        const inventory = inventoryOf(1, []);
        await target.ledger.save(key, inventory, null);
        expect(await target.ledger.load(key)).toEqual(inventory);
        const other = await harness.open();
        expect(await other.ledger.load(key)).toEqual(inventory);
        expect(await other.ledger.list()).toEqual([key]);
      });

      it('knows no inventory that was never saved', async () => {
        expect(await target.ledger.load(key)).toBeNull();
        expect(await target.ledger.list()).toEqual([]);
      });

      it('refuses to save over an epoch that is not the expected one', async () => {
        await target.ledger.save(key, inventoryOf(1, []), null);
        expect(await codeOf(target.ledger.save(key, inventoryOf(1, []), null))).toBe(
          'target.inventory-conflict',
        );
        await target.ledger.save(key, inventoryOf(2, []), 1);
        expect(await codeOf(target.ledger.save(key, inventoryOf(2, []), 1))).toBe(
          'target.inventory-conflict',
        );
        expect((await target.ledger.load(key))?.epoch).toBe(2);
      });

      it('lets exactly one of several writers through', async () => {
        await target.ledger.save(key, inventoryOf(1, []), null);
        const writers = [target, await harness.open(), await harness.open()];
        const results = await Promise.allSettled(
          writers.flatMap((writer) => [
            writer.ledger.save(key, inventoryOf(2, []), 1),
            writer.ledger.save(key, inventoryOf(2, []), 1),
          ]),
        );
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect((await target.ledger.load(key))?.epoch).toBe(2);
      });

      it('sees what another controller saved, and never writes over it unseen', async () => {
        await target.ledger.save(key, inventoryOf(1, []), null);
        const other = await harness.open();
        for (let epoch = 1; epoch < 20; epoch++) {
          const [writer, reader] = epoch % 2 === 0 ? [target, other] : [other, target];
          await writer.ledger.save(key, inventoryOf(epoch + 1, []), epoch);
          expect(await codeOf(reader.ledger.save(key, inventoryOf(epoch + 1, []), epoch))).toBe(
            'target.inventory-conflict',
          );
          await becomes(epoch + 1, async () => (await reader.ledger.load(key))?.epoch);
        }
      });

      it('removes an inventory at the expected epoch only', async () => {
        await target.ledger.save(key, inventoryOf(3, []), null);
        expect(await codeOf(target.ledger.remove(key, 2))).toBe('target.inventory-conflict');
        await target.ledger.remove(key, 3);
        expect(await target.ledger.load(key)).toBeNull();
      });

      it('keeps names apart that look alike in file names', async () => {
        const names = ['a.b', 'a-b', 'A-b', 'a@b', 'a/b', '..', 'ä'];
        for (const application of names) {
          const own = { application, environment: 'dev' };
          await target.ledger.save(own, { ...inventoryOf(1, []), application }, null);
        }
        const listed = (await target.ledger.list()).map(({ application }) => application);
        expect(listed.toSorted()).toEqual(names.toSorted());
      });

      it('refuses an inventory of a newer format and leaves it as it is', async () => {
        await harness.storeNewerInventory(key);
        expect(await codeOf(target.ledger.load(key))).toBe('target.inventory-newer');
        expect(await codeOf(target.ledger.save(key, inventoryOf(1, []), null))).toBe(
          'target.inventory-newer',
        );
        expect(await codeOf(target.ledger.load(key))).toBe('target.inventory-newer');
      });

      it('refuses a damaged inventory: it is never taken as empty', async () => {
        await target.ledger.save(key, inventoryOf(1, []), null);
        await harness.damageInventory(key);
        const fresh = await harness.open();
        for (const each of [target, fresh]) {
          await becomes('target.inventory-unreadable', () => codeOf(each.ledger.load(key)));
          expect(await codeOf(each.ledger.save(key, inventoryOf(2, []), 1))).toBe(
            'target.inventory-unreadable',
          );
        }
      });

      it('keeps a hold until it is ended', async () => {
        expect(await target.ledger.loadHold(key)).toBeNull();
        await target.ledger.saveHold(key, hold);
        const other = await harness.open();
        expect(await other.ledger.loadHold(key)).toEqual(hold);
        expect(await other.ledger.listHolds()).toEqual([hold]);
        await other.ledger.saveHold(key, null);
        await becomes(null, () => target.ledger.loadHold(key));
        expect(await target.ledger.listHolds()).toEqual([]);
        await target.ledger.saveHold(key, null);
      });
    });
  });
}

const hold: Hold = {
  key,
  kind: 'freeze',
  revision: null,
  reason: 'maintenance',
  by: 'ada',
  atMs: 1,
  expiresAtMs: null,
};

function inventoryOf(epoch: number, entries: readonly InventoryEntry[]): Inventory {
  return {
    formatVersion: inventoryFormatVersion,
    application: key.application,
    applicationUid: 'app-1',
    environment: key.environment,
    installation: 'here',
    repository: 'file:///repository',
    epoch,
    revision: [{ source: '', commit, tree: commit }],
    verified: '',
    release: 'r1',
    entries,
    quarantine: [],
  };
}

function entryOf(desired: Desired, uid: string): InventoryEntry {
  return {
    id: desired.id,
    locator: desired.locator,
    uid,
    digest: 'sha256:0',
    fields: desired.fields,
    wave: desired.wave,
    traits: desired.traits,
    prune: desired.prune,
  };
}

/** The code that a promise is refused with; `null` when it is not. */
async function codeOf(promise: Promise<unknown>): Promise<string | null> {
  try {
    await promise;
    return null;
  } catch (thrown) {
    return toFairleadError(thrown).code;
  }
}

/** Waits, within bounds, until something is as expected. */
async function becomes<Seen>(expected: Seen, look: () => Promise<Seen>): Promise<void> {
  const deadline = Date.now() + 10_000;
  let seen = await look();
  while (seen !== expected && Date.now() < deadline) {
    await pause(20);
    seen = await look();
  }
  expect(seen).toBe(expected);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Collects what a target tells. `next` waits for one more than was taken so far. */
function listen(target: Target): {
  next(): Promise<TargetChange>;
  /** Takes what our own doing may still bring. */
  settled(): Promise<void>;
  seen(): readonly TargetChange[];
} {
  const changes: TargetChange[] = [];
  target.onChange((change) => changes.push(change));
  let taken = 0;
  return {
    seen: () => changes,
    settled: async () => {
      await pause(100);
      taken = changes.length;
    },
    next: async () => {
      const deadline = Date.now() + 10_000;
      while (changes.length <= taken) {
        if (Date.now() > deadline) throw new Error('nothing was told within 10 s');
        await pause(10);
      }
      // Several notices of one change count as one.
      await pause(100);
      taken = changes.length;
      return changes.at(-1)!;
    },
  };
}
