import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FairleadEvent } from '../../src/model/event.ts';
import type { Approval, JournalStep, Release } from '../../src/model/release.ts';
import type { Store } from '../../src/store/store.ts';

const revision = [{ source: '', commit: 'a'.repeat(40), tree: 'b'.repeat(40) }];

function exampleRelease(id: string, changes: Partial<Release> = {}): Release {
  const application = changes.application ?? 'shop';
  const environment = changes.environment ?? 'prod';
  return {
    id,
    application,
    environment,
    revision,
    trigger: 'source',
    actor: 'controller',
    reason: 'changed in commit aaaaaaaa',
    plan: { application, environment, revision, plans: [], digest: 'sha256:plan' },
    startedAtMs: 1_000,
    endedAtMs: null,
    outcome: 'running',
    error: null,
    steps: [],
    ...changes,
  };
}

function exampleStep(name: string, changes: Partial<JournalStep> = {}): JournalStep {
  return {
    target: 'here',
    resource: `host.fairlead.dev/File//${name}`,
    action: 'create',
    changeDigest: `sha256:${name}`,
    startedAtMs: 1_001,
    endedAtMs: null,
    result: 'started',
    message: '',
    ...changes,
  };
}

function exampleApproval(changes: Partial<Approval> = {}): Approval {
  return {
    digest: 'sha256:plan',
    changes: ['sha256:one', 'sha256:two'],
    application: 'shop',
    environment: 'prod',
    by: 'ada',
    atMs: 1_000,
    expiresAtMs: 2_000,
    ...changes,
  };
}

function exampleEvent(
  id: string,
  changes: Partial<Omit<FairleadEvent, 'seq'>> = {},
): Omit<FairleadEvent, 'seq'> {
  return {
    v: 1,
    id,
    atMs: 1_000,
    type: 'release.started',
    application: 'shop',
    environment: 'prod',
    target: null,
    release: null,
    actor: 'controller',
    message: 'Release started',
    data: { big: Number.MAX_SAFE_INTEGER, text: 'ä \u0000 "quoted"' },
    ...changes,
  };
}

/** What every member of the `Store` port does. `open` gives a store that is empty and apart from any other. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} as a store`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => {
      await store.close();
    });

    describe('settings', () => {
      it('are null until they are put, then what was put last, then null again once removed', async () => {
        expect(await store.setting('config')).toBeNull();
        await store.transaction((t) => t.putSetting('config', { commit: 'a' }));
        await store.transaction((t) =>
          t.putSetting('config', { commit: 'b', deep: [{ x: null }] }),
        );
        expect(await store.setting('config')).toEqual({ commit: 'b', deep: [{ x: null }] });
        await store.transaction((t) => t.putSetting('config', null));
        expect(await store.setting('config')).toBeNull();
      });
    });

    describe('releases', () => {
      it('come back as they were put, steps included', async () => {
        const release = exampleRelease('r1', {
          outcome: 'failed',
          endedAtMs: 1_700_000_000_000,
          error: {
            code: 'target.unreachable',
            class: 'transient',
            message: 'no answer',
            hint: 'wait',
            retryable: true,
          },
          steps: [exampleStep('a'), exampleStep('b')],
        });
        await store.transaction((t) => t.putRelease(release));
        expect(await store.release('r1')).toEqual(release);
        expect(await store.releases({})).toEqual([release]);
        expect(await store.release('r2')).toBeNull();
      });

      it('replace the one with the same id and keep its place in history', async () => {
        await store.transaction(async (t) => {
          await t.putRelease(exampleRelease('r1', { steps: [exampleStep('a'), exampleStep('b')] }));
          await t.putRelease(exampleRelease('r2'));
        });
        const ended = exampleRelease('r1', {
          outcome: 'succeeded',
          endedAtMs: 2_000,
          steps: [exampleStep('a', { result: 'done', endedAtMs: 1_500 })],
        });
        await store.transaction((t) => t.putRelease(ended));
        expect(await store.release('r1')).toEqual(ended);
        expect((await store.releases({})).map(({ id }) => id)).toEqual(['r2', 'r1']);
      });

      it('gain steps one by one, and a step is replaced when its result is known', async () => {
        await store.transaction((t) => t.putRelease(exampleRelease('r1')));
        await store.transaction((t) => t.putStep('r1', 0, exampleStep('a')));
        await store.transaction((t) => t.putStep('r1', 1, exampleStep('b')));
        const done = exampleStep('a', { result: 'done', endedAtMs: 1_500 });
        await store.transaction((t) => t.putStep('r1', 0, done));
        expect((await store.release('r1'))?.steps).toEqual([done, exampleStep('b')]);
        // More than ten: steps are in numerical order.
        await store.transaction(async (t) => {
          for (let at = 2; at < 12; at += 1) await t.putStep('r1', at, exampleStep(`s${at}`));
        });
        const steps = (await store.release('r1'))?.steps ?? [];
        expect(steps.map(({ changeDigest }) => changeDigest).slice(-2)).toEqual([
          'sha256:s10',
          'sha256:s11',
        ]);
      });

      it('leave history with their steps, and can be put again', async () => {
        await store.transaction(async (t) => {
          await t.putRelease(exampleRelease('r1', { steps: [exampleStep('a')] }));
          await t.putRelease(exampleRelease('r2'));
          await t.dropRelease('r1');
          await t.dropRelease('none');
        });
        expect((await store.releases({})).map(({ id }) => id)).toEqual(['r2']);
        await store.transaction((t) => t.putRelease(exampleRelease('r1')));
        expect((await store.release('r1'))?.steps).toEqual([]);
      });

      it('refuse a step of a release that is not there', async () => {
        await expect(
          store.transaction((t) => t.putStep('nobody', 0, exampleStep('a'))),
        ).rejects.toMatchObject({ code: 'store.failed' });
      });

      it('are listed newest first by when they were first put, whatever the clock said', async () => {
        await store.transaction(async (t) => {
          await t.putRelease(exampleRelease('r1', { startedAtMs: 9_000 }));
          await t.putRelease(exampleRelease('r2', { startedAtMs: 1 }));
        });
        expect((await store.releases({})).map(({ id }) => id)).toEqual(['r2', 'r1']);
      });

      it('are found by application, environment, outcome, beginning of the id and limit, together', async () => {
        await store.transaction(async (t) => {
          await t.putRelease(exampleRelease('aa1', { outcome: 'succeeded' }));
          await t.putRelease(exampleRelease('aa2', { outcome: 'failed' }));
          await t.putRelease(exampleRelease('ab3', { environment: 'dev', outcome: 'failed' }));
          await t.putRelease(exampleRelease('b%4', { application: 'blog', outcome: 'failed' }));
        });
        const ids = async (filter: Parameters<Store['releases']>[0]): Promise<string[]> =>
          (await store.releases(filter)).map(({ id }) => id);
        expect(await ids({ application: 'shop' })).toEqual(['ab3', 'aa2', 'aa1']);
        expect(await ids({ application: ['shop', 'blog'], limit: 2 })).toEqual(['b%4', 'ab3']);
        expect(await ids({ application: [] })).toEqual([]);
        expect(await ids({ environment: 'prod' })).toEqual(['b%4', 'aa2', 'aa1']);
        expect(await ids({ outcome: 'failed' })).toEqual(['b%4', 'ab3', 'aa2']);
        expect(await ids({ application: 'shop', environment: 'prod', outcome: 'failed' })).toEqual([
          'aa2',
        ]);
        expect(await ids({ idPrefix: 'a' })).toEqual(['ab3', 'aa2', 'aa1']);
        expect(await ids({ idPrefix: 'aa2' })).toEqual(['aa2']);
        expect(await ids({ idPrefix: '%' })).toEqual([]);
        expect(await ids({ idPrefix: '' })).toHaveLength(4);
        expect(await ids({ application: 'shop', limit: 1 })).toEqual(['ab3']);
        expect(await ids({ limit: 0 })).toEqual([]);
      });

      it('are limited to 50 unless told otherwise', async () => {
        await store.transaction(async (t) => {
          for (let at = 0; at < 60; at += 1) await t.putRelease(exampleRelease(`r${at}`));
        });
        expect(await store.releases({})).toHaveLength(50);
        expect(await store.releases({ limit: 1_000 })).toHaveLength(60);
      });
    });

    describe('approvals', () => {
      it('are given for one application and environment, newest first, until they expire', async () => {
        const first = exampleApproval();
        const second = exampleApproval({ by: 'bob', atMs: 1_500, expiresAtMs: 5_000 });
        await store.transaction(async (t) => {
          await t.putApproval(first);
          await t.putApproval(second);
          await t.putApproval(exampleApproval({ environment: 'dev' }));
          await t.putApproval(exampleApproval({ application: 'blog' }));
        });
        expect(await store.approvals('shop', 'prod', 1_999)).toEqual([second, first]);
        expect(await store.approvals('shop', 'prod', 2_000)).toEqual([second]);
        expect(await store.approvals('shop', 'prod', 5_000)).toEqual([]);
      });

      it('of the same person for the same digest are one: the later', async () => {
        const again = exampleApproval({ atMs: 1_500, expiresAtMs: 9_000 });
        await store.transaction((t) => t.putApproval(exampleApproval()));
        await store.transaction((t) => t.putApproval(again));
        expect(await store.approvals('shop', 'prod', 0)).toEqual([again]);
      });
    });

    describe('events', () => {
      it('get their numbers in their order, however many there are at once', async () => {
        const events = Array.from({ length: 50 }, (_, at) => exampleEvent(`e${at}`));
        const written = await store.transaction((t) => t.appendEvents(events));
        expect(written.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
        expect(await store.events(0, 100)).toEqual(written);
        const seqs = written.map(({ seq }) => seq);
        expect(seqs).toEqual(seqs.toSorted((left, right) => left - right));
        expect(new Set(seqs).size).toBe(50);
      });

      it('are numbered in the order in which they were appended, without gaps', async () => {
        const first = await store.transaction((t) =>
          t.appendEvents([exampleEvent('e1'), exampleEvent('e2')]),
        );
        const [third] = await store.transaction((t) => t.appendEvents([exampleEvent('e3')]));
        expect(first.map(({ id }) => id)).toEqual(['e1', 'e2']);
        const start = first[0]!.seq;
        expect([first[1]!.seq, third!.seq]).toEqual([start + 1, start + 2]);
        expect(await store.events(0, 100)).toEqual([...first, third]);
        expect(await store.events(start, 1)).toEqual([first[1]]);
        expect(await store.events(start + 2, 100)).toEqual([]);
        expect(await store.transaction((t) => t.appendEvents([]))).toEqual([]);
      });

      it('never reuse a number, even after all of them were trimmed', async () => {
        const [first] = await store.transaction((t) => t.appendEvents([exampleEvent('e1')]));
        await store.transaction((t) => t.trim({ releasesPerApplication: 1, events: 0 }));
        expect(await store.events(0, 10)).toEqual([]);
        const [second] = await store.transaction((t) => t.appendEvents([exampleEvent('e2')]));
        expect(second!.seq).toBeGreaterThan(first!.seq);
      });
    });

    describe('trim', () => {
      const ids = async (): Promise<string[]> =>
        (await store.releases({ limit: 1_000 })).map(({ id }) => id).toSorted();

      it('keeps the newest releases of each application and environment and the newest events', async () => {
        await store.transaction(async (t) => {
          for (let at = 1; at <= 5; at += 1) {
            await t.putRelease(
              exampleRelease(`shop${at}`, { outcome: 'succeeded', steps: [exampleStep('a')] }),
            );
          }
          await t.putRelease(exampleRelease('dev1', { environment: 'dev', outcome: 'succeeded' }));
          await t.appendEvents(['e1', 'e2', 'e3', 'e4'].map((id) => exampleEvent(id)));
        });
        const removed = await store.transaction((t) =>
          t.trim({ releasesPerApplication: 2, events: 3 }),
        );
        expect(removed).toBe(3 + 1);
        expect(await ids()).toEqual(['dev1', 'shop4', 'shop5']);
        expect((await store.releases({})).every(({ steps }) => steps.length <= 1)).toBe(true);
        expect((await store.events(0, 10)).map(({ id }) => id)).toEqual(['e2', 'e3', 'e4']);
        expect(
          await store.transaction((t) => t.trim({ releasesPerApplication: 2, events: 3 })),
        ).toBe(0);
      });

      it('keeps the last release that succeeded, and those that run, however many came after', async () => {
        await store.transaction(async (t) => {
          await t.putRelease(exampleRelease('r1', { outcome: 'succeeded' }));
          await t.putRelease(exampleRelease('r2', { outcome: 'succeeded' }));
          await t.putRelease(exampleRelease('r3', { outcome: 'running' }));
          for (let at = 4; at <= 9; at += 1) {
            await t.putRelease(exampleRelease(`r${at}`, { outcome: 'failed' }));
          }
        });
        await store.transaction((t) => t.trim({ releasesPerApplication: 2, events: 10 }));
        expect(await ids()).toEqual(['r2', 'r3', 'r8', 'r9']);
      });

      it('lets a release that was trimmed be put again', async () => {
        await store.transaction(async (t) => {
          await t.putRelease(
            exampleRelease('r1', { outcome: 'failed', steps: [exampleStep('a')] }),
          );
          await t.putRelease(exampleRelease('r2', { outcome: 'failed' }));
          await t.trim({ releasesPerApplication: 1, events: 10 });
          await t.putRelease(exampleRelease('r1', { outcome: 'failed' }));
        });
        expect((await store.release('r1'))?.steps).toEqual([]);
      });
    });

    describe('transactions', () => {
      it('give what their body gives, and see their own writes', async () => {
        const seen = await store.transaction(async (t) => {
          await t.putSetting('a', { n: 1 });
          await t.putRelease(exampleRelease('r1'));
          return [await t.setting('a'), (await t.release('r1'))?.id];
        });
        expect(seen).toEqual([{ n: 1 }, 'r1']);
      });

      it('leave nothing behind when the body throws, and pass its error on', async () => {
        const mine = new Error('mine');
        await expect(
          store.transaction(async (t) => {
            await t.putSetting('a', { n: 1 });
            await t.putRelease(exampleRelease('r1', { steps: [exampleStep('a')] }));
            await t.putApproval(exampleApproval());
            await t.appendEvents([exampleEvent('e1')]);
            throw mine;
          }),
        ).rejects.toBe(mine);
        expect(await store.setting('a')).toBeNull();
        expect(await store.releases({})).toEqual([]);
        expect(await store.approvals('shop', 'prod', 0)).toEqual([]);
        expect(await store.events(0, 10)).toEqual([]);
        await store.transaction((t) => t.putSetting('a', { n: 2 }));
        expect(await store.setting('a')).toEqual({ n: 2 });
      });

      it('run one at a time in the order in which they were begun, also when one fails', async () => {
        const add = (n: number) =>
          store.transaction(async (t) => {
            const before = (await t.setting('list'))?.['items'] ?? [];
            if (n === 3) throw new Error('three');
            await t.putSetting('list', { items: [...(before as number[]), n] });
          });
        const results = await Promise.allSettled([1, 2, 3, 4, 5].map(add));
        expect(results.map(({ status }) => status)).toEqual([
          'fulfilled',
          'fulfilled',
          'rejected',
          'fulfilled',
          'fulfilled',
        ]);
        expect(await store.setting('list')).toEqual({ items: [1, 2, 4, 5] });
      });

      it('show nothing to readers before they have ended', async () => {
        await store.transaction((t) => t.putSetting('a', { n: 1 }));
        const written = Promise.withResolvers<undefined>();
        const mayEnd = Promise.withResolvers<undefined>();
        const writing = store.transaction(async (t) => {
          await t.putSetting('a', { n: 2 });
          written.resolve(undefined);
          await mayEnd.promise;
          throw new Error('rolled back');
        });
        await written.promise;
        const outside = store.setting('a');
        mayEnd.resolve(undefined);
        await expect(writing).rejects.toThrow('rolled back');
        expect(await outside).toEqual({ n: 1 });
      });

      it('refuse a statement that arrives after their end, and write nothing of it', async () => {
        let late: Parameters<Parameters<Store['transaction']>[0]>[0] | undefined;
        await store.transaction(async (t) => {
          late = t;
          await t.putSetting('a', { n: 1 });
        });
        await expect(late!.putSetting('a', { n: 2 })).rejects.toMatchObject({
          code: 'store.misused',
        });
        expect(await store.setting('a')).toEqual({ n: 1 });
      });

      it('refuse to be begun inside one another instead of waiting for ever', async () => {
        await expect(
          store.transaction(async () => store.transaction(async () => 1)),
        ).rejects.toMatchObject({ code: 'store.misused' });
        expect(await store.transaction(async () => 2)).toBe(2);
      });

      it('may be begun by work that an earlier body has started', async () => {
        let later: Promise<number> | undefined;
        await store.transaction(async () => {
          later = new Promise((resolve) => setTimeout(resolve, 5)).then(() =>
            store.transaction(async () => 3),
          );
        });
        expect(await later).toBe(3);
      });
    });

    describe('close', () => {
      it('lets what was begun end, refuses what comes after, and may be called twice', async () => {
        const begun = store.transaction(async (t) => {
          await t.putSetting('a', { n: 1 });
          return (await t.setting('a'))?.['n'];
        });
        await store.close();
        expect(await begun).toBe(1);
        await expect(store.setting('a')).rejects.toMatchObject({ code: 'store.closed' });
        await expect(store.transaction(async () => 1)).rejects.toMatchObject({
          code: 'store.closed',
        });
        await store.close();
      });
    });
  });
}
