import { usage } from './errors.ts';

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * A length of time as people write it (`90s`, `1h30m`, `500ms`, `2d`), in milliseconds. A bare number counts seconds.
 * @throws FairleadError `cli.usage`, naming `option`
 */
export function parseDuration(value: string, option: string): number {
  const text = value.trim();
  const pattern = /^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/;
  if (pattern.test(text) || /^\d+$/.test(text)) {
    let total = 0;
    for (const [, number = '0', unit = 's'] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)?/g)) {
      total += Math.round(Number(number) * (units[unit] ?? 0));
    }
    if (Number.isSafeInteger(total)) return total;
  }
  throw usage({
    message: `${option} ${value} is not a length of time`,
    hint: 'Write it like 90s, 5m, 1h30m or 2d.',
  });
}

/** A length of time in at most two units: `45s`, `3m12s`, `5h`, `2d4h`. */
export function showDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (ms > 0 && ms < 1_000) return `${Math.round(ms)}ms`;
  const steps = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const;
  const first = steps.findIndex(([, size]) => seconds >= size);
  const [unit, size] = steps[first] ?? (['s', 1] as const);
  const next = steps[first + 1];
  const count = Math.floor(seconds / size);
  const rest = next === undefined ? 0 : Math.floor((seconds % size) / next[1]);
  // Beyond ten of a unit the smaller one says nothing any more.
  return rest === 0 || count >= 10 || next === undefined
    ? `${count}${unit}`
    : `${count}${unit}${rest}${next[0]}`;
}

/** How long ago, for tables: `just now`, `12s`, `3m`, `2d4h`; `-` for never. A clock that went back is no age. */
export function showAge(atMs: number | null, nowMs: number): string {
  if (atMs === null) return '-';
  return nowMs - atMs < 1_000 ? 'just now' : showDuration(nowMs - atMs);
}

/** How long ago, in a sentence: `just now`, `12s ago`. */
export function showAgo(atMs: number, nowMs: number): string {
  return nowMs - atMs < 1_000 ? 'just now' : `${showDuration(nowMs - atMs)} ago`;
}

/** A point in time for people: `2026-03-01 14:05:09` in local time. */
export function showTime(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
