import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { now, sleep } from '../controller.ts';
import type { Site } from '../site.ts';
import { p99, round, summarise } from '../statistics.ts';
import type { Summary } from '../statistics.ts';

const withinMs = 30_000;
/** Between two, so that one does not measure the end of the other. */
const restMs = 50;
/** Files of each kind of damage. */
const victims = 100;

/** What somebody did by hand, all in milliseconds from the act until the file is as Git says. */
export interface Healing {
  /** Files that somebody wrote to. */
  readonly edited: HealingSeries;
  /** Files that somebody deleted. */
  readonly deleted: HealingSeries;
}

interface HealingSeries extends Summary {
  readonly p99: number;
}

/**
 * Edits different files by hand, then deletes others, one after the other, spread over the applications; looks once a
 * millisecond for what was there before. Everything must be as Git says.
 */
export async function healing(site: Site, signal: AbortSignal): Promise<Healing> {
  const files = site.monorepo.live.flat().map(({ path }) => path);
  const count = Math.min(victims, Math.floor(files.length / 2));
  const stride = Math.max(1, Math.floor(files.length / (2 * count)));
  const chosen = (first: number): readonly string[] =>
    Array.from({ length: count }, (_, at) => files[(2 * at + first) * stride] ?? '');
  return {
    edited: await each(chosen(0), signal, (path) => appendFileSync(path, 'edited by hand\n')),
    deleted: await each(chosen(1), signal, (path) => rmSync(path)),
  };
}

async function each(
  paths: readonly string[],
  signal: AbortSignal,
  damage: (path: string) => void,
): Promise<HealingSeries> {
  const values: number[] = [];
  for (const path of paths) {
    signal.throwIfAborted();
    const content = readFileSync(path, 'utf8');
    damage(path);
    values.push(await healed(path, content, now()));
    await sleep(restMs);
  }
  return { ...summarise(values), p99: round(p99(values)) };
}

async function healed(path: string, content: string, actedMs: number): Promise<number> {
  while (textOf(path) !== content) {
    if (now() - actedMs > withinMs) throw new Error(`${path} was not healed within ${withinMs} ms`);
    await sleep(1);
  }
  return now() - actedMs;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
