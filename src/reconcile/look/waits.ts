import type { Waits } from '../../apply/waits.ts';
import { sameJson } from '../../model/json.ts';
import { showRevision } from '../../model/revision.ts';
import type { RunContext } from './context.ts';
import { syncPolicyOf } from '../declared.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { currentRevisionOf } from '../prepare/source-trees.ts';

/** Things happen in bursts: so long after a look the next one comes at the earliest. */
const gapMs = 25;

/** Why a sleeper is woken before its time; given so that no error with a stack is made for it. */
const woken = 'woken';

/**
 * How a release waits in the engine: its place in the queue goes to another application meanwhile, so that however many
 * wait for pods that never come, nobody else is held up; what the target notices wakes it; and it ends when something
 * newer is there to be released.
 */
export function waitsOf(context: RunContext, runtime: ApplicationRuntime): Waits {
  const { clock } = context.ports;
  const { notices } = runtime.agenda;
  let heard = notices.count;
  return {
    aside: (body) => context.queue.aside(runtime.id, body),
    pause: async (ms, signal) => {
      if (signal.aborted) return;
      const cut = new AbortController();
      const wake = (): void => cut.abort(woken);
      signal.addEventListener('abort', wake, { once: true });
      let deaf: (() => void) | null = null;
      try {
        await clock.sleep(Math.min(ms, gapMs), cut.signal);
        if (cut.signal.aborted || ms <= gapMs || notices.count !== heard) return;
        deaf = notices.listen(wake);
        await clock.sleep(ms - gapMs, cut.signal);
      } finally {
        heard = notices.count;
        deaf?.();
        signal.removeEventListener('abort', wake);
      }
    },
    superseded: () => newsFor(context, runtime),
  };
}

/**
 * What came for an application since its run began and makes it pointless to wait for the old. Only what would be
 * released by itself: while a plan waits for a person, it must still come out whether what is live works.
 */
function newsFor({ world }: RunContext, runtime: ApplicationRuntime): string | null {
  const { application } = runtime.declared;
  const { hold } = runtime.pending;
  const { triggers, requests } = runtime.agenda;
  if (requests.some(({ trigger }) => trigger === 'rollback')) return 'a rollback was asked for';
  if (application === null || hold !== null || !triggers.has('source')) return null;
  if (syncPolicyOf(runtime.declared) !== 'auto') return null;
  const tip = currentRevisionOf(world, application);
  if (tip === null || sameJson(tip, runtime.wanted.revision)) return null;
  return `${showRevision(tip)} came`;
}
