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
      control.abort();
    },
  };
}
