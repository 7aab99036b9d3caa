import type { EventType, FairleadEvent } from '../../model/event.ts';
import { showDuration, showTime } from '../duration.ts';
import type { Style } from '../terminal/style.ts';
import { displayWidth, hang, oneLine } from '../terminal/width.ts';
import { showSubject } from './views.ts';

type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'faint';

const marks: Readonly<Record<EventType, readonly [string, Tone]>> = {
  'source.updated': ['↓', 'busy'],
  'source.imported': ['↓', 'busy'],
  'source.held': ['!', 'warn'],
  'source.unreachable': ['✗', 'bad'],
  'source.recovered': ['✓', 'good'],
  'config.accepted': ['✓', 'faint'],
  'config.rejected': ['✗', 'bad'],
  'application.state': ['·', 'faint'],
  'application.health': ['·', 'faint'],
  'application.removed': ['-', 'warn'],
  'application.rotated': ['↻', 'warn'],
  'drift.detected': ['≠', 'warn'],
  'plan.created': ['·', 'faint'],
  'plan.waiting': ['!', 'warn'],
  'plan.approved': ['✓', 'good'],
  'release.started': ['→', 'busy'],
  'release.step': ['·', 'faint'],
  'release.ended': ['✓', 'good'],
  'test.started': ['→', 'busy'],
  'test.ended': ['✓', 'good'],
  'hold.set': ['‖', 'warn'],
  'hold.ended': ['→', 'busy'],
  'controller.started': ['→', 'busy'],
  'controller.stopped': ['□', 'faint'],
};

/** One event as a line for people, without its time. A newer controller's unknown types are shown plainly. */
export function showEventLine(
  event: FairleadEvent,
  style: Style,
  width: number | null,
  lead = '',
): string {
  const [symbol, tone] = markOf(event);
  const subject = event.application === null ? '' : `${style.strong(showSubject(event))}  `;
  const { tookMs } = event.data;
  const took = typeof tookMs === 'number' ? style.faint(` (${showDuration(tookMs)})`) : '';
  const begin = `${lead}${style[tone](symbol)} ${subject}`;
  return hang(begin, `${oneLine(event.message)}${took}`, width, ' '.repeat(displayWidth(lead) + 2));
}

/** The same with its time, for streams. */
export function showEventWithTime(
  event: FairleadEvent,
  style: Style,
  width: number | null,
): string {
  return showEventLine(event, style, width, `${style.faint(showTime(event.atMs))} `);
}

function markOf(event: FairleadEvent): readonly [string, Tone] {
  const failed = event.data['outcome'] === 'failed' || event.data['result'] === 'failed';
  if (failed) return ['✗', 'bad'];
  if (event.type === 'release.step' && event.data['result'] === 'done') return ['✓', 'good'];
  return Object.hasOwn(marks, event.type) ? marks[event.type] : ['·', 'faint'];
}
