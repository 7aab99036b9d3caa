import type {
  ApplicationView,
  ConfigProblemView,
  ResourceView,
  SourceView,
} from '../../control/api.ts';
import type { FairleadEvent } from '../../model/event.ts';
import type { Hold } from '../../model/inventory.ts';
import { inventoryKey } from '../../model/inventory.ts';
import type { Release } from '../../model/release.ts';
import { showResource } from '../../model/resource.ts';
import { showRevision, showSourceRevision } from '../../model/revision.ts';
import { showAge, showDuration, showTime } from '../duration.ts';
import type { View } from '../output.ts';
import { showSelector } from '../selection.ts';
import type { Style } from '../terminal/style.ts';
import type { Cell } from '../terminal/table.ts';
import { showAway } from './away.ts';
import { showDone } from './counts.ts';
import { showSource, sourceTroubles } from './source.ts';
import { healthCell, outcomeCell, syncCell } from './status.ts';

/** What `get applications` lists. */
export function applicationView(nowMs: number): View<ApplicationView> {
  return {
    kind: 'Application',
    name: showSelector,
    columns: [
      { header: 'NAME', cell: showSelector },
      { header: 'SYNC', cell: (item, style) => syncCell(item.sync, style) },
      { header: 'HEALTH', cell: (item, style) => healthCell(item.health.status, style) },
      { header: 'REVISION', cell: (item) => showRevision(item.live) },
      { header: 'WANTED', cell: (item) => showRevision(item.revision), wide: true },
      { header: 'RELEASED', cell: (item) => showAge(item.lastRelease?.atMs ?? null, nowMs) },
      { header: 'STATE', cell: (item) => item.state, wide: true },
      { header: 'TARGETS', cell: (item) => item.targets.join(','), wide: true },
      { header: 'RESOURCES', cell: (item) => String(item.resources), wide: true },
      { header: 'PROJECT', cell: (item) => item.project || '-', wide: true },
      { header: 'MESSAGE', cell: (item) => messageOf(item, nowMs), flexible: true },
    ],
  };
}

/** That a target is away comes first: how the application is there is how it was seen last. */
function messageOf({ away = [], error, message }: ApplicationView, nowMs: number): string {
  const told = away.map((one) => `target ${one.target} is ${showAway(one, nowMs)}`);
  const isSaid = told.length > 0 && error?.code === 'target.unavailable';
  return [...told, ...(isSaid ? [] : [message])].join('; ');
}

/** What `get sources` lists. */
export function sourceView(nowMs: number): View<SourceView> {
  return {
    kind: 'Source',
    name: showSource,
    columns: [
      { header: 'NAME', cell: showSource },
      { header: 'FOLLOWS', cell: (item) => item.follows },
      {
        header: 'REVISION',
        cell: (item) => (item.current === null ? 'none' : showSourceRevision(item.current)),
      },
      { header: 'FETCHED', cell: (item) => showAge(item.lastSuccessAtMs, nowMs) },
      { header: 'URL', cell: (item) => item.url, flexible: true },
      {
        header: 'STATUS',
        cell: (item, style) => sourceStatus(item, nowMs, style),
        flexible: true,
      },
    ],
  };
}

function sourceStatus(item: SourceView, nowMs: number, style: Style): string | Cell {
  const troubles = sourceTroubles(item, nowMs);
  if (troubles.length > 0) {
    const text = troubles
      .map(({ kind, why, next }) => (kind === 'held' ? `${why}; accept with: ${next}` : why))
      .join('; ');
    return { text, paint: item.failing === null ? style.warn : style.bad };
  }
  if (item.current === null) return 'not fetched yet';
  return item.behind === undefined ? 'ok' : `ok; ${item.behind.reason}`;
}

/** What `history` lists. */
export function releaseView(nowMs: number): View<Release> {
  return {
    kind: 'Release',
    name: (item) => item.id,
    columns: [
      { header: 'RELEASE', cell: (item) => item.id },
      { header: 'WHEN', cell: (item) => showAge(item.startedAtMs, nowMs) },
      { header: 'APPLICATION', cell: showSelector, flexible: 'last', spare: true },
      { header: 'REVISION', cell: (item) => showRevision(item.revision) },
      { header: 'TRIGGER', cell: (item) => item.trigger },
      { header: 'BY', cell: (item) => item.actor },
      { header: 'OUTCOME', cell: (item, style) => outcomeCell(item, style) },
      { header: 'STARTED', cell: (item) => showTime(item.startedAtMs), wide: true },
      {
        header: 'TOOK',
        cell: (item) =>
          item.endedAtMs === null ? '-' : showDuration(item.endedAtMs - item.startedAtMs),
        wide: true,
      },
      { header: 'CHANGES', cell: (item) => showDone(item), wide: true },
      { header: 'REASON', cell: (item) => item.error?.message ?? item.reason, flexible: true },
    ],
  };
}

/** What `get holds` lists. */
export function holdView(nowMs: number): View<Hold> {
  return {
    kind: 'Hold',
    name: (item) => inventoryKey(item.key),
    columns: [
      { header: 'APPLICATION', cell: (item) => inventoryKey(item.key) },
      {
        header: 'KIND',
        cell: (item) => (item.revision === null ? item.kind : `at ${showRevision(item.revision)}`),
      },
      { header: 'SINCE', cell: (item) => showAge(item.atMs, nowMs) },
      { header: 'ENDS', cell: (item) => showEnd(item, nowMs) },
      { header: 'BY', cell: (item) => item.by },
      { header: 'REASON', cell: (item) => item.reason, flexible: true },
    ],
  };
}

/** When a hold ends: `in 2h`, or only when a person ends it. */
export function showEnd(hold: Pick<Hold, 'expiresAtMs'>, nowMs: number): string {
  if (hold.expiresAtMs === null) return 'when resumed';
  return hold.expiresAtMs <= nowMs ? 'has ended' : `in ${showDuration(hold.expiresAtMs - nowMs)}`;
}

/** The resources of an application, in `describe`. */
export const resourceTable: View<ResourceView> = {
  kind: 'Resource',
  name: (item) => showResource(item.id),
  columns: [
    { header: 'RESOURCE', cell: (item) => showResource(item.id) },
    { header: 'TARGET', cell: (item) => item.target },
    { header: 'SYNC', cell: (item, style) => syncCell(item.sync, style) },
    { header: 'HEALTH', cell: (item, style) => healthCell(item.health.status, style) },
    { header: 'WAVE', cell: (item) => String(item.wave), wide: true },
    {
      header: 'MESSAGE',
      cell: (item) =>
        item.differs.length > 0 ? `differs in ${item.differs.join(', ')}` : item.health.message,
      flexible: true,
    },
  ],
};

/** What `events` lists. */
export const eventView: View<FairleadEvent> = {
  kind: 'Event',
  name: (item) => item.id,
  columns: [
    { header: 'TIME', cell: (item) => showTime(item.atMs) },
    { header: 'TYPE', cell: (item) => item.type },
    { header: 'APPLICATION', cell: showSubject },
    { header: 'BY', cell: (item) => item.actor, wide: true },
    { header: 'MESSAGE', cell: (item) => item.message, flexible: true },
  ],
};

/** What an event is about. */
export function showSubject(event: FairleadEvent): string {
  if (event.application === null) return '-';
  return event.environment === null
    ? event.application
    : `${event.application}@${event.environment}`;
}

/** What `validate` lists. */
export const problemView: View<ConfigProblemView> = {
  kind: 'ConfigProblem',
  name: (item) => `${item.file}:${item.line}:${item.column}`,
  columns: [
    { header: 'PLACE', cell: (item) => `${item.file}:${item.line}:${item.column}` },
    { header: 'FIELD', cell: (item) => item.path || '-' },
    { header: 'PROBLEM', cell: (item) => item.message, flexible: true },
    { header: 'HINT', cell: (item) => item.hint, wide: true },
    { header: 'CODE', cell: (item) => item.code },
  ],
};
