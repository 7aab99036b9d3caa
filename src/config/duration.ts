import { z } from 'zod';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const pattern = /^(?=.)(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?$/;

/** `1h30m`, `60s`, `500ms` in milliseconds; `null` for anything else. Units in falling order, each once. */
export function parseDuration(text: string): number | null {
  if (!pattern.test(text)) return null;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhd])/g)) {
    total += Number(count) * unitMs[unit as keyof typeof unitMs];
  }
  return Number.isSafeInteger(total) ? total : null;
}

/** Milliseconds as people write them: 90 000 is `1m30s`. */
export function showDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / unitMs[unit]);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMs[unit];
  }
  return text === '' ? '0s' : text;
}

/** A span of time as users write it, within bounds (milliseconds, inclusive); gives milliseconds. */
export function duration(bounds: { readonly minMs: number; readonly maxMs: number }) {
  const { minMs, maxMs } = bounds;
  const allowed = `a duration from ${showDuration(minMs)} to ${showDuration(maxMs)}, such as "60s", "5m" or "1h30m"`;
  return z
    .string({
      error: ({ input }) =>
        typeof input === 'number'
          ? `must have a unit: write "${input}s" for seconds or "${input}m" for minutes`
          : undefined,
    })
    .check((context) => {
      const ms = parseDuration(context.value);
      if (ms !== null && ms >= minMs && ms <= maxMs) return;
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: ms === null ? 'must be a duration' : 'is out of range',
        params: { allowed },
      });
    })
    .transform((text) => parseDuration(text) ?? 0)
    .meta({ pattern: pattern.source });
}
