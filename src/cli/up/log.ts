import type { FairleadEvent } from '../../model/event.ts';
import { showFacts } from '../../model/facts.ts';
import type { Facts } from '../../model/facts.ts';
import type { EngineLog } from '../../reconcile/ports.ts';
import type { ApplicationState } from '../../release/machine.ts';
import type { Context } from '../context.ts';
import { toJson } from '../json.ts';
import { facts } from '../show/application.ts';
import { showEventWithTime } from '../show/event-line.ts';
import { oneLine } from '../terminal/width.ts';
import { showTime } from '../duration.ts';

/** What the controller says on stderr while it runs. */
export interface ControllerLog {
  readonly engine: EngineLog;
  banner(rows: readonly (readonly [string, string])[]): void;
  /** Written before anything else is told, and otherwise with those that come at the same time. */
  event(event: FairleadEvent): void;
  /** Writes what still waits. */
  flush(): void;
}

/** Nobody reads quicker. */
const gatherMs = 50;

type Level = 'debug' | 'info' | 'warn' | 'error';

/**
 * `text` is for people: a line for each event that tells them something. `json` is for collectors: a line of JSON for
 * everything, with `time` (RFC 3339), `level` and `message`. With --quiet only warnings and errors are written.
 */
export function createControllerLog(context: Context, format: 'text' | 'json'): ControllerLog {
  return format === 'json' ? jsonLog(context) : textLog(context);
}

function textLog(context: Context): ControllerLog {
  const { progress, style } = context;
  const isNew = createMemory();
  let gathered: string[] = [];
  const flush = (): void => {
    if (gathered.length > 0) progress.line(gathered.join('\n'));
    gathered = [];
  };
  /** Events come by the dozen, and each write waits for the terminal or file: those that come together are one write. */
  const gather = (text: string): void => {
    if (gathered.length === 0) setTimeout(flush, gatherMs).unref();
    gathered.push(text);
  };
  const line = (level: Level, message: string, more?: Facts): void => {
    flush();
    const mark = level === 'error' ? style.bad('error:') : style.warn('warning:');
    progress.important(
      `${style.faint(showTime(context.nowMs()))} ${mark} ${oneLine(showFacts(message, more))}`,
    );
  };
  return {
    engine: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message, more) => line('warn', message, more),
      error: (message, more) => line('error', message, more),
    },
    banner: (rows) => {
      flush();
      progress.line(`${facts(rows, style, progress.width)}\n`);
    },
    event: (event) => {
      if (isTelling(event) && isNew(event)) gather(showEventWithTime(event, style, progress.width));
    },
    flush,
  };
}

/** A plan that waits is an event, and so is the state that it waits in: people read the same sentence once. */
function createMemory(): (event: FairleadEvent) => boolean {
  const last = new Map<string, string>();
  return ({ type, application, environment, message }) => {
    if (application === null) return true;
    const subject = `${application}@${environment ?? ''}`;
    const isEcho = type === 'application.state' && last.get(subject) === message;
    last.set(subject, message);
    return !isEcho;
  };
}

const tellingStates: ReadonlySet<string> = new Set<ApplicationState>([
  'failed',
  'backing-off',
  'out-of-sync',
  'read-only',
  'held',
]);

/** States are for programs, and most only pass; the events around them say the same in words. */
function isTelling(event: FairleadEvent): boolean {
  if (event.type === 'application.state') {
    const state = event.data['state'];
    return typeof state === 'string' && tellingStates.has(state);
  }
  return event.type !== 'plan.created';
}

function jsonLog(context: Context): ControllerLog {
  const least: readonly Level[] = context.globals.quiet
    ? ['warn', 'error']
    : ['info', 'warn', 'error'];
  const write = (level: Level, atMs: number, message: string, more: Facts): void => {
    if (!least.includes(level)) return;
    context.io.stderr.write(
      `${toJson({ time: new Date(atMs).toISOString(), level, message, ...more })}\n`,
    );
  };
  const now =
    (level: Level) =>
    (message: string, more: Facts = {}) =>
      write(level, context.nowMs(), message, more);
  return {
    engine: { debug: now('debug'), info: now('info'), warn: now('warn'), error: now('error') },
    banner: (rows) =>
      now('info')(
        'Fairlead is running',
        Object.fromEntries(rows.map(([name, value]) => [name.toLowerCase(), value])),
      ),
    event: ({ atMs, message, ...event }) => write(levelOf(event), atMs, message, { event }),
    flush: () => undefined,
  };
}

function levelOf(event: Pick<FairleadEvent, 'type' | 'data'>): Level {
  if (event.data['outcome'] === 'failed' || event.type === 'config.rejected') return 'error';
  const warn: readonly FairleadEvent['type'][] = [
    'source.unreachable',
    'source.held',
    'drift.detected',
    'plan.waiting',
  ];
  return warn.includes(event.type) ? 'warn' : 'info';
}
