import type { TerminalOutput } from '../io.ts';
import type { Style } from './style.ts';
import { columnsOf, oneLine, truncate } from './width.ts';

/** Says on stderr what happens. Data never goes here. */
export interface Progress {
  /** Columns of the terminal; `null` for pipes and files. */
  readonly width: number | null;
  /** A line that stays. Says nothing with --quiet. */
  line(text: string): void;
  /** A line that stays, with --quiet too: what a person must know. */
  important(text: string): void;
  /** What is going on right now, on a terminal only; `null` takes it away. */
  status(text: string | null): void;
  /** Takes the status away for good. */
  end(): void;
}

interface ProgressOptions {
  readonly stream: TerminalOutput;
  readonly quiet: boolean;
  readonly style: Style;
  /** Whether anything may move, were it a terminal. */
  readonly animate: boolean;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
const clearLine = '\r\u001b[2K';

/** Shows a status on a terminal only, and nowhere with --quiet. */
export function createProgress(options: ProgressOptions): Progress {
  const { stream, style } = options;
  const live = stream.isTTY === true && options.animate && !options.quiet;
  let text: string | null = null;
  let frame = 0;
  let timer: NodeJS.Timeout | null = null;

  const draw = (): void => {
    if (text === null) return;
    const width = Math.max(10, columnsOf(stream, 80) - 3);
    stream.write(
      `${clearLine}${style.busy(frames[frame % frames.length] ?? '')} ${style.faint(truncate(oneLine(text), width))}`,
    );
    frame += 1;
  };
  const stop = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
    if (text !== null) stream.write(clearLine);
    text = null;
  };
  const print = (line: string): void => {
    if (text === null) {
      stream.write(`${line}\n`);
      return;
    }
    stream.write(`${clearLine}${line}\n`);
    draw();
  };
  return {
    get width() {
      return stream.isTTY === true ? columnsOf(stream, 80) : null;
    },
    line: (line) => {
      if (!options.quiet) print(line);
    },
    important: print,
    status: (next) => {
      if (!live) return;
      if (next === null) {
        stop();
        return;
      }
      text = next;
      if (timer === null) {
        timer = setInterval(draw, frameMs);
        timer.unref();
      }
      draw();
    },
    end: stop,
  };
}
