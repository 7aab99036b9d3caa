import { execFile } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, readdirSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * What tells one process from every other, also after its number was given out anew: boot, number, start.
 * `startTime` is in the system's own unit (clock ticks since boot on Linux, a date elsewhere); only ever compared.
 */
export interface ProcessIdentity {
  readonly bootId: string;
  readonly pid: number;
  readonly startTime: string;
}

/** One line of the process table. */
export interface ProcessEntry {
  readonly pid: number;
  /** Its parent; 1 (or a subreaper) once that has ended. */
  readonly parent: number;
  /** Process group. */
  readonly group: number;
  /** `null` where the system does not tell (macOS). */
  readonly session: number | null;
  readonly startTime: string;
  /** Ended, but not yet collected by its parent. Counts as dead. */
  readonly zombie: boolean;
}

/** The process table of this machine, seen through /proc, or through `ps` where there is none (macOS). */
export interface ProcessTable {
  /** Identity of this boot; equal ids mean that process numbers and start times can be compared. */
  readonly bootId: string;
  /** `null`: there is no such process. */
  look(pid: number): Promise<ProcessEntry | null>;
  /** All processes that can be seen. */
  list(): Promise<readonly ProcessEntry[]>;
  /** Value of an environment variable a process was started with; `null` where there is none or it may not be seen. */
  environment(pid: number, name: string): Promise<string | null>;
  /**
   * Names of the files that a process holds open; one that was removed since is called by its name and ` (deleted)`.
   * Empty where that may not be seen, and outside of Linux.
   * @param numbers The descriptors to look at. Default all.
   */
  openFiles(pid: number, numbers?: readonly number[]): Promise<readonly string[]>;
}

/** The processes of this machine: from `/proc` on Linux, else by `ps`. */
export async function openProcessTable(): Promise<ProcessTable> {
  return process.platform === 'linux' ? procTable() : psTable();
}

/** Whether exactly this process still runs. */
export async function isAlive(table: ProcessTable, identity: ProcessIdentity): Promise<boolean> {
  if (identity.bootId !== table.bootId) return false;
  const entry = await table.look(identity.pid);
  return entry !== null && !entry.zombie && entry.startTime === identity.startTime;
}

/** Our own identity. */
export async function ownIdentity(table: ProcessTable): Promise<ProcessIdentity> {
  const entry = await table.look(process.pid);
  if (entry === null) throw new Error(`process ${process.pid} cannot see itself`);
  return { bootId: table.bootId, pid: process.pid, startTime: entry.startTime };
}

function procTable(): ProcessTable {
  // Reads of /proc are answered by the kernel from memory: a thread-pool round trip costs ten times as much.
  const look = (pid: number): ProcessEntry | null => {
    try {
      return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    } catch {
      return null;
    }
  };
  return {
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
    look: async (pid) => look(pid),
    list: async () =>
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => look(Number(name)) ?? []),
    environment: async (pid, name) => {
      try {
        const block = readFileSync(`/proc/${pid}/environ`, 'latin1');
        const prefix = `${name}=`;
        const found = block.split('\0').find((line) => line.startsWith(prefix));
        return found === undefined ? null : found.slice(prefix.length);
      } catch {
        return null;
      }
    },
    openFiles: async (pid, numbers) => {
      const folder = `/proc/${pid}/fd`;
      let names: readonly (string | number)[];
      try {
        names = numbers ?? readdirSync(folder);
      } catch {
        return [];
      }
      return names.flatMap((name) => {
        try {
          return readlinkSync(`${folder}/${name}`);
        } catch {
          return [];
        }
      });
    },
  };
}

/** The second field may hold anything, parentheses and blanks included: count from the last one. See proc_pid_stat(5). */
function parseStat(line: string): ProcessEntry | null {
  const close = line.lastIndexOf(')');
  const rest = line.slice(close + 2).split(' ');
  const [state, parent, group, session] = rest;
  const startTime = rest[19];
  if (state === undefined || startTime === undefined) return null;
  return {
    pid: Number.parseInt(line, 10),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime,
    zombie: state === 'Z' || state === 'X',
  };
}

async function psTable(): Promise<ProcessTable> {
  const query = async (args: readonly string[]): Promise<readonly ProcessEntry[]> => {
    try {
      const { stdout } = await run('ps', [...args, '-o', 'pid=,ppid=,pgid=,state=,lstart='], {
        env: { ...process.env, LC_ALL: 'C' },
        maxBuffer: 64 * 1024 * 1024,
      });
      return stdout.split('\n').flatMap((line) => parsePs(line) ?? []);
    } catch {
      return [];
    }
  };
  const boot = await run('sysctl', ['-n', 'kern.bootsessionuuid']).then(
    ({ stdout }) => stdout.trim(),
    () => 'unknown',
  );
  return {
    bootId: boot,
    look: async (pid) => (await query(['-p', String(pid)]))[0] ?? null,
    list: () => query(['-A']),
    environment: async (pid, name) => {
      try {
        const { stdout } = await run('ps', ['-E', '-ww', '-p', String(pid), '-o', 'command=']);
        return new RegExp(`(?:^| )${name}=([^ \n]*)`).exec(stdout)?.[1] ?? null;
      } catch {
        return null;
      }
    },
    openFiles: async () => [],
  };
}

function parsePs(line: string): ProcessEntry | null {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
  if (match === null) return null;
  const [, pid, parent, group, state = '', startTime = ''] = match;
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: null,
    startTime,
    zombie: state.startsWith('Z'),
  };
}

/** Watches one process that is not our child, at the cost of one small read per look. */
export interface Sentinel {
  /** Whether it still runs; once `false`, for ever. */
  alive(): boolean;
  close(): void;
}

/**
 * A file opened under `/proc/<pid>` belongs to that process alone: reads fail once it is gone, whoever has its
 * number then. `null` where there is no /proc or no such process.
 */
export function openSentinel(pid: number): Sentinel | null {
  let file: number;
  try {
    file = openSync(`/proc/${pid}/stat`, 'r');
  } catch {
    return null;
  }
  const buffer = Buffer.alloc(512);
  let open = true;
  const close = (): void => {
    if (open) closeSync(file);
    open = false;
  };
  return {
    alive: () => {
      if (!open) return false;
      try {
        const length = readSync(file, buffer, 0, buffer.length, 0);
        const entry = parseStat(buffer.toString('latin1', 0, length));
        if (entry !== null && !entry.zombie) return true;
      } catch {
        // ESRCH: it is gone.
      }
      close();
      return false;
    },
    close,
  };
}
