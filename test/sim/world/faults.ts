/** What goes wrong at the moment. Shares are probabilities from 0 to 1 of one call. */
export interface Faults {
  readonly git: GitFaults;
  readonly disk: DiskFaults;
  readonly store: StoreFaults;
  readonly targets: Map<string, TargetFaults>;
  /** Folders of applications whose own health check fails, and since when (virtual time). */
  readonly failingChecks: Map<string, number>;
}

interface GitFaults {
  fetchFails: number;
  /** Reading an object fails: never an empty answer. */
  treeFails: number;
  /** Comparing two commits fails. */
  diffFails: number;
  slowMs: number;
}

interface DiskFaults {
  /** Of the controllers: no room for the store or the mirrors. */
  full: boolean;
}

interface StoreFaults {
  /** A transaction fails, and nothing of it is written. */
  writeFails: number;
  readFails: number;
}

export interface TargetFaults {
  /** Every call fails. */
  down: number;
  /** Looking at one resource fails. */
  readFails: number;
  /** Reads show what was there up to this long ago. */
  staleMs: number;
  /** A call takes this long. */
  slowMs: number;
  /** An effect fails before anything happened. */
  effectFails: number;
  /** An effect happens, and its answer is lost, or never comes. */
  answerLost: number;
  /** An effect does not happen, and no answer ever comes. */
  hangs: number;
  /** An effect is refused by admission. */
  denied: number;
  /** Nothing can be written, neither resources nor ledger. */
  full: boolean;
  /** A ledger write fails before it happened. */
  ledgerFails: number;
  /** A ledger write happens, and its answer is lost. */
  ledgerAnswerLost: number;
  /** A notice of the watch is lost. */
  noticeLost: number;
  /** Opening the target fails. */
  openFails: number;
  // Of clusters alone:
  /** A watch ends, each time that somebody looks. */
  watchEnds: number;
  /** The connection of the watches dies without a word, with an event. */
  watchDead: number;
  /** A watch falls silent over a connection that lives, with an event. */
  watchMute: number;
  /** Reading is forbidden, but for records. */
  forbidden: number;
  /** Watches tell of records up to this late, over connections that live. */
  recordsLateMs: number;
}

function noTargetFaults(): TargetFaults {
  return {
    down: 0,
    readFails: 0,
    staleMs: 0,
    slowMs: 0,
    effectFails: 0,
    answerLost: 0,
    hangs: 0,
    denied: 0,
    full: false,
    ledgerFails: 0,
    ledgerAnswerLost: 0,
    noticeLost: 0,
    openFails: 0,
    watchEnds: 0,
    watchDead: 0,
    watchMute: 0,
    forbidden: 0,
    recordsLateMs: 0,
  };
}

export function noFaults(targets: readonly string[]): Faults {
  return {
    git: { fetchFails: 0, treeFails: 0, diffFails: 0, slowMs: 0 },
    disk: { full: false },
    store: { writeFails: 0, readFails: 0 },
    targets: new Map(targets.map((name) => [name, noTargetFaults()])),
    failingChecks: new Map(),
  };
}

/** Ends everything that goes wrong. */
export function endFaults(faults: Faults): void {
  Object.assign(faults.git, { fetchFails: 0, treeFails: 0, diffFails: 0, slowMs: 0 });
  faults.disk.full = false;
  Object.assign(faults.store, { writeFails: 0, readFails: 0 });
  for (const target of faults.targets.values()) Object.assign(target, noTargetFaults());
  faults.failingChecks.clear();
}
