import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';

export interface Ran {
  readonly code: number;
  /** What it wrote, to stdout and stderr as one, in that order. */
  readonly output: string;
}

/** A shell that goes on from command to command, as a person has it; its folder and variables last. */
export interface Terminal {
  /** Runs commands to their end. @throws when they take longer than `withinMs`. */
  run(commands: string, withinMs: number): Promise<Ran>;
  /** Starts a command that goes on; what it writes is in `said`. */
  start(command: string): void;
  /** What the command that was started wrote so far. */
  said(): string;
  /** Whether a command that was started has not ended yet. */
  busy(): boolean;
  /** As Ctrl-C does: asks the command that goes on to end, and waits for it. */
  interrupt(withinMs: number): Promise<void>;
  /** Ends the shell and what still runs in it. */
  close(): Promise<void>;
}

/** @param options.env the whole environment. */
export function openTerminal(options: {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}): Terminal {
  // A session of its own, so that Ctrl-C reaches what runs in it and nobody else.
  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd: options.cwd,
    env: { ...options.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const mark = `end-${randomBytes(9).toString('hex')}`;
  const closed = new Promise<void>((resolve) => shell.once('close', () => resolve()));
  let [text, begin, isClosed, isBusy] = ['', 0, false, false];
  shell.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  shell.stdin.on('error', () => undefined);
  shell.once('close', () => (isClosed = true));
  // The trap notices a command that fails in the middle of several.
  shell.stdin.write('exec 2>&1\ntrap \': "${failed:=$?}"\' ERR\ntrap : INT\n');

  const end = (): Ran | null => {
    const match = new RegExp(`${mark} (\\d+) (\\d*)\\n`).exec(text.slice(begin));
    if (match === null) return null;
    isBusy = false;
    const [, last = '1', failed = ''] = match;
    return {
      code: Number(last) === 0 ? Number(failed) : Number(last),
      output: text.slice(begin, begin + match.index).replace(/\n$/, ''),
    };
  };
  const start = (commands: string): void => {
    begin = text.length;
    isBusy = true;
    shell.stdin.write(
      `failed=\n{ ${commands}\n} </dev/null\nprintf '\\n${mark} %s %s\\n' $? "$failed"\n`,
    );
  };
  const untilEnd = async (withinMs: number): Promise<Ran> => {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const ran = end();
      if (ran !== null) return ran;
      if (isClosed) throw new Error(`the shell ended:\n${text.slice(begin)}`);
      if (Date.now() > deadline)
        throw new Error(`not done after ${withinMs} ms:\n${text.slice(begin)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-(shell.pid ?? 0), name);
    } catch {
      // It has ended already.
    }
  };
  return {
    run: (commands, withinMs) => {
      start(commands);
      return untilEnd(withinMs);
    },
    start,
    said: () => end()?.output ?? text.slice(begin),
    busy: () => isBusy && end() === null && !isClosed,
    interrupt: async (withinMs) => {
      signal('SIGINT');
      await untilEnd(withinMs);
    },
    close: async () => {
      if (isBusy && end() === null) {
        signal('SIGINT');
        await untilEnd(10_000).catch(() => undefined);
      }
      shell.stdin.end();
      if (!isClosed) signal('SIGKILL');
      await closed;
    },
  };
}
