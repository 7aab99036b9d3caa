/**
 * The application state machine: what one application in one environment is doing. The table below is complete
 * by type: every state answers every event, so nothing can happen that was not thought of.
 * Described for people in `docs/reference/state-machine.md`.
 */

/** Where an application stands in one environment. Which event leads where is `transitions`. */
export type ApplicationState =
  /** Known, not yet looked at. */
  | 'pending'
  /** Rendering, reading and planning. */
  | 'planning'
  /** Effects are under way, or what they made is still to become healthy. */
  | 'applying'
  /** As `applying`, back to the last good revision after a change that failed. */
  | 'reverting'
  /** All is made and healthy; live is read once more before it is called synced. */
  | 'verifying'
  /** Live is what it should be. */
  | 'synced'
  /** Live differs, and policy says to leave it: sync is manual, self-healing is off, a field is contested. */
  | 'out-of-sync'
  /** A plan needs a person: approval, or confirmation of deletes. */
  | 'awaiting-approval'
  /** Another application must come first. */
  | 'awaiting-dependency'
  /** Failed; tried again by itself at a known time. */
  | 'backing-off'
  /** Failed; nothing happens until something changes or a person asks. Drift is still healed. */
  | 'failed'
  /** A person said to leave it alone. */
  | 'held'
  /** The controller only watches, after a restore or a lost state folder. */
  | 'read-only';

/** What moves it on. */
export type ApplicationEvent =
  /** Something asks for a look: commit, drift, timer, dependency, person. */
  | 'triggered'
  /** Nothing is to be done. */
  | 'plan-empty'
  | 'plan-refused-by-policy'
  | 'plan-needs-person'
  | 'plan-needs-dependency'
  | 'plan-held'
  | 'plan-read-only'
  /** It could not be rendered, read or planned. */
  | 'plan-failed'
  /** All that is left to do failed before and was given up. */
  | 'plan-given-up'
  /** All that is left to do failed before, and the time to try it again has not come. */
  | 'plan-put-off'
  | 'apply-started'
  | 'revert-started'
  /** Every change was made and became healthy, the application's own checks included. */
  | 'apply-done'
  /** A change could not be made, or did not become healthy. */
  | 'apply-failed'
  /** The second look finds nothing left to do. */
  | 'health-reached'
  /** The second look fails, or finds that something changed again. */
  | 'health-missed'
  /** Trying again by itself makes no sense, or the attempts are used up. */
  | 'gave-up';

type Row = Record<ApplicationEvent, ApplicationState | null>;

/**
 * In every state a look may begin. Only one run at a time works on an application, so one that begins in a state in
 * which something is under way follows a run that broke off.
 */
const any: Row = {
  triggered: 'planning',
  'plan-empty': null,
  'plan-refused-by-policy': null,
  'plan-needs-person': null,
  'plan-needs-dependency': null,
  'plan-held': null,
  'plan-read-only': null,
  'plan-failed': null,
  'plan-given-up': null,
  'plan-put-off': null,
  'apply-started': null,
  'revert-started': null,
  'apply-done': null,
  'apply-failed': null,
  'health-reached': null,
  'health-missed': null,
  'gave-up': null,
};

const effects: Row = { ...any, 'apply-done': 'verifying', 'apply-failed': 'backing-off' };

/** Next state, or `null` where the event cannot happen in that state. */
export const transitions: Record<ApplicationState, Row> = {
  pending: any,
  planning: {
    ...any,
    'plan-empty': 'synced',
    'plan-refused-by-policy': 'out-of-sync',
    'plan-needs-person': 'awaiting-approval',
    'plan-needs-dependency': 'awaiting-dependency',
    'plan-held': 'held',
    'plan-read-only': 'read-only',
    'plan-failed': 'backing-off',
    'plan-given-up': 'failed',
    'plan-put-off': 'backing-off',
    'apply-started': 'applying',
    'revert-started': 'reverting',
  },
  applying: effects,
  reverting: effects,
  verifying: { ...any, 'health-reached': 'synced', 'health-missed': 'backing-off' },
  // Live is the last good state and in order, yet what the source says was refused or failed, for good or for now.
  synced: { ...any, 'gave-up': 'failed', 'plan-put-off': 'backing-off' },
  'backing-off': { ...any, 'gave-up': 'failed' },
  'out-of-sync': any,
  'awaiting-approval': any,
  'awaiting-dependency': any,
  failed: any,
  held: any,
  'read-only': any,
};

/** The state after `event`. @throws Error (a bug) where the table has no such transition. */
export function transition(state: ApplicationState, event: ApplicationEvent): ApplicationState {
  const next = transitions[state][event];
  if (next === null) throw new Error(`application state machine: no ${event} in state ${state}`);
  return next;
}
