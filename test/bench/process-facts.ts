import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the kernel knows of one process; `null` where there is no /proc. */
interface ProcessFacts {
  /** CPU of the process itself, user and system, in seconds. */
  readonly cpuSeconds: number;
  /** CPU of its children that have ended. */
  readonly childrenCpuSeconds: number;
  /** Largest resident memory so far, in MiB. */
  readonly peakMiB: number;
  readonly residentMiB: number;
}

/** CPU of a process so far, user and system, in milliseconds; `null` where there is no /proc. */
export function cpuOf(pid: number): number | null {
  const facts = processFacts(pid);
  return facts === null ? null : facts.cpuSeconds * 1_000;
}

let ticksPerSecond: number | null = null;

/** See proc_pid_stat(5), proc_pid_status(5). */
export function processFacts(pid: number): ProcessFacts | null {
  if (process.platform !== 'linux') return null;
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // Counted from after the name, which may hold blanks: field 3 of the manual is the first here.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (field: number): number => Number(fields[field - 3]);
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const mib = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1_024;
  return {
    cpuSeconds: (ticks(14) + ticks(15)) / ticksPerSecond,
    childrenCpuSeconds: (ticks(16) + ticks(17)) / ticksPerSecond,
    peakMiB: mib('VmHWM'),
    residentMiB: mib('VmRSS'),
  };
}

/** A process with all that it started and that is still there. */
interface TreeFacts {
  /** CPU of all of them, and of those that have ended, in seconds. */
  readonly cpuSeconds: number;
  /** Resident memory of all of them, in MiB; what they share, the program for instance, counts for each. */
  readonly residentMiB: number;
}

/** `null` where there is no /proc, or the process has ended. */
export function treeFacts(pid: number): TreeFacts | null {
  try {
    const own = processFacts(pid);
    // One that has ended and was not waited for has no memory to tell of.
    if (own === null || Number.isNaN(own.residentMiB)) return null;
    const all = childrenOf(pid).map(treeFacts);
    return {
      cpuSeconds: all.reduce(
        (sum, one) => sum + (one?.cpuSeconds ?? 0),
        own.cpuSeconds + own.childrenCpuSeconds,
      ),
      residentMiB: all.reduce((sum, one) => sum + (one?.residentMiB ?? 0), own.residentMiB),
    };
  } catch {
    return null;
  }
}

function childrenOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

/**
 * Memory of a process with all that it started, in MiB, where a page that n processes share, with whomever, counts to each
 * as its n-th part; `null` where it is not known. See proc_pid_smaps_rollup(5): the kernel looks at every page for it.
 */
export function proportionalMiB(pid: number): number | null {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    const own = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]) / 1_024;
    return childrenOf(pid).reduce((sum, child) => sum + (proportionalMiB(child) ?? 0), own);
  } catch {
    return null;
  }
}

/** Most memory of a process and its children; each `null` where it is not known. */
interface Peak {
  /** See `TreeFacts`. */
  readonly residentMiB: number | null;
  /** See `proportionalMiB`; looked at once a second. */
  readonly proportionalMiB: number | null;
}

/** Looks at a process and its children again and again; a function that ends that and gives the most memory seen. */
export function watchPeak(pid: number): () => Peak {
  let peak: Peak = { residentMiB: null, proportionalMiB: null };
  let looks = 0;
  const look = (): void => {
    const facts = treeFacts(pid);
    const proportional = looks % 10 === 0 ? proportionalMiB(pid) : null;
    looks += 1;
    peak = {
      residentMiB: greater(peak.residentMiB, facts?.residentMiB ?? null),
      proportionalMiB: greater(peak.proportionalMiB, proportional),
    };
  };
  const timer = setInterval(look, 100);
  return () => {
    clearInterval(timer);
    look();
    return peak;
  };
}

function greater(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
