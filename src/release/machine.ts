/**
 * The application state machine: what one application in one environment is doing. The table below is complete
 * by type: every state answers every event, so nothing can happen that was not thought of.
 * Described for people in `docs/reference/state-machine.md`.
 */

export type ApplicationState =
  /** Known, not yet looked at. */
  | 'pending'
  /** Rendering, reading and planning. */
  | 'planning'
  /** Live is what it should be, and healthy or on its way without us. */
  | 'synced'
  /** Live differs and policy says to leave it (manual sync, self-heal off). */
  | 'out-of-sync'
  /** A plan needs a person: approval, or confirmation of deletes. */
  | 'awaiting-approval'
  /** Another application must be healthy first. */
  | 'awaiting-dependency'
  /** Effects are under way. */
  | 'applying'
  /** Effects are done; waiting for health. */
  | 'verifying'
  /** The change failed; the last good revision is being brought back. */
  | 'reverting'
  /** Failed; tried again by itself at a known time. */
  | 'backing-off'
  /** Failed; nothing happens until something changes or a person asks. */
  | 'failed'
  /** A person said to leave it alone. */
  | 'held'
  /** The controller only watches, after a restore or a lost state folder. */
  | 'read-only';

export type ApplicationEvent =
  /** Something asks for a look: commit, drift, timer, dependency, person. */
  | 'triggered'
  | 'plan-empty'
  | 'plan-refused-by-policy'
  | 'plan-needs-person'
  | 'plan-needs-dependency'
  | 'plan-held'
  | 'plan-read-only'
  | 'plan-failed'
  | 'apply-started'
  | 'apply-done'
  | 'apply-failed'
  | 'health-reached'
  | 'health-missed'
  | 'revert-started'
  | 'gave-up';

const fromPlanning: Record<ApplicationEvent, ApplicationState | null> = {
  triggered: 'planning',
  'plan-empty': 'synced',
  'plan-refused-by-policy': 'out-of-sync',
  'plan-needs-person': 'awaiting-approval',
  'plan-needs-dependency': 'awaiting-dependency',
  'plan-held': 'held',
  'plan-read-only': 'read-only',
  'plan-failed': 'backing-off',
  'apply-started': 'applying',
  'apply-done': null,
  'apply-failed': null,
  'health-reached': null,
  'health-missed': null,
  'revert-started': 'reverting',
  'gave-up': 'failed',
};

const refuseAll: Record<ApplicationEvent, ApplicationState | null> = {
  triggered: null,
  'plan-empty': null,
  'plan-refused-by-policy': null,
  'plan-needs-person': null,
  'plan-needs-dependency': null,
  'plan-held': null,
  'plan-read-only': null,
  'plan-failed': null,
  'apply-started': null,
  'apply-done': null,
  'apply-failed': null,
  'health-reached': null,
  'health-missed': null,
  'revert-started': null,
  'gave-up': null,
};

/** A state in which nothing is under way: only a trigger moves it. */
const resting: Record<ApplicationEvent, ApplicationState | null> = {
  ...refuseAll,
  triggered: 'planning',
};

/** Next state, or `null` where the event cannot happen in that state. */
export const transitions: Record<
  ApplicationState,
  Record<ApplicationEvent, ApplicationState | null>
> = {
  pending: resting,
  planning: fromPlanning,
  // Live is the last good state and in order, yet what the source says was refused or failed.
  synced: { ...resting, 'gave-up': 'failed' },
  'out-of-sync': resting,
  'awaiting-approval': resting,
  'awaiting-dependency': resting,
  applying: {
    ...refuseAll,
    'apply-done': 'verifying',
    'apply-failed': 'backing-off',
    'health-missed': 'backing-off',
    'gave-up': 'failed',
  },
  verifying: {
    ...refuseAll,
    'health-reached': 'synced',
    'health-missed': 'backing-off',
    'gave-up': 'failed',
  },
  reverting: {
    ...refuseAll,
    'apply-started': 'reverting',
    'apply-done': 'verifying',
    'apply-failed': 'backing-off',
    'health-missed': 'backing-off',
    'gave-up': 'failed',
    'plan-failed': 'backing-off',
    'plan-empty': 'synced',
  },
  'backing-off': { ...resting, 'revert-started': 'reverting', 'gave-up': 'failed' },
  failed: { ...resting, 'revert-started': 'reverting' },
  held: resting,
  'read-only': resting,
};

/** The state after `event`. @throws Error (a bug) where the table has no such transition. */
export function transition(state: ApplicationState, event: ApplicationEvent): ApplicationState {
  const next = transitions[state][event];
  if (next === null) throw new Error(`application state machine: no ${event} in state ${state}`);
  return next;
}
