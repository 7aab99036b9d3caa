/** Why a signal of ours aborts that is done with. One for all: making an error for each call costs more than the call. */
export const done = new Error('it is done with');

/** A signal that aborts with another one, and can be ended by itself; it leaves nothing behind on the other. */
export function linked(outer: AbortSignal | undefined): {
  readonly signal: AbortSignal;
  readonly end: () => void;
} {
  const control = new AbortController();
  const stop = (): void => control.abort(outer?.reason);
  if (outer?.aborted === true) stop();
  else outer?.addEventListener('abort', stop, { once: true });
  return {
    signal: control.signal,
    end: () => {
      outer?.removeEventListener('abort', stop);
      control.abort(done);
    },
  };
}
