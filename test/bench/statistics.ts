/** A series of measurements in one object; all in the unit of the values. */
export interface Summary {
  readonly median: number;
  readonly best: number;
  readonly worst: number;
  readonly values: readonly number[];
}

/** @throws Error for an empty series. */
export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  const [best, worst] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined || best === undefined || worst === undefined) {
    throw new Error('nothing was measured');
  }
  return {
    median: round((low + high) / 2),
    best: round(best),
    worst: round(worst),
    values: values.map(round),
  };
}

/** The value that 99 of 100 do not exceed (nearest rank). */
export function p99(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? Number.NaN;
}

/** To a tenth, or to thousandths below ten: more digits would be noise. */
export function round(value: number): number {
  const factor = Math.abs(value) < 10 ? 1_000 : 10;
  return Math.round(value * factor) / factor;
}
