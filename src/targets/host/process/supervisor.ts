import type { ChildProcess } from 'node:child_process';
import type { InventoryKey } from '../../../model/inventory.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import { sameJson } from '../../../model/json.ts';
import type { ResourceId } from '../../../model/resource.ts';
import { isAlive, openSentinel } from '../../../system/processes.ts';
import type { ProcessTable, Sentinel } from '../../../system/processes.ts';
import type { TargetChange } from '../../target.ts';
import { asFields, limitsOfLog } from './fields.ts';
import { healthOf, howEnded, settledMs } from './health.ts';
import type { ProcessStatus } from './health.ts';
import { findRunning } from './living.ts';
import type { ReadinessBoard } from './readiness.ts';
import { recordEnd } from './record-end.ts';
import type { RecordEndDependencies } from './record-end.ts';
import { recordName } from './record.ts';
import type { ProcessRecord, RecordName } from './record.ts';
import { restOf } from './restart.ts';
import { rotateLog } from './rotate-log.ts';

/** How often processes that are not our children are looked at: one read of 5 µs each. */
const lookEveryMs = 150;
/** Beyond this many, each is looked at in turns, down to every `maxTurns`-th time: late, but within a second. */
const looksAtOnce = 100;
const maxTurns = 4;
/** The same where each look starts a program (`ps`). */
const slowEvery = 7;
/** One look at its size each; what floods its log must not fill the disk meanwhile. */
const rotateEvery = 4;
/** A probe that fails is asked again this soon, so that coming back is noticed soon. */
const failingPeriodMs = 1_000;

interface SupervisorDependencies extends RecordEndDependencies {
  readonly table: ProcessTable;
  readonly board: ReadinessBoard;
  readonly tell: (change: TargetChange) => void;
  readonly look: (record: ProcessRecord) => Promise<ProcessStatus>;
}

interface Watched {
  readonly name: RecordName;
  readonly id: ResourceId;
  /** The process that is looked at now; `null`: none runs. */
  record: ProcessRecord | null;
  sentinel: Sentinel | null;
  /** For the next probe, or the end of a crash loop's wait. */
  timer: NodeJS.Timeout | null;
  /** Counts the times it was attached, so that of two that overlap the later one holds. */
  turn: number;
  /** The nonce whose end was told. */
  toldEnd: string | null;
}

/**
 * Sees processes end, fail their probes and fill their logs, and tells. It starts nothing: the engine does, once told.
 * Children of this process are seen by their exit, adopted ones by a look at the process table every 150 ms.
 */
export class Supervisor {
  readonly #dependencies: SupervisorDependencies;
  readonly #watched = new Map<string, Watched>();
  /** Nonces of our own children that have not ended. */
  readonly #children = new Set<string>();
  /** Health that was shown last, by nonce. */
  readonly #shown = new Map<string, string>();
  /** Logs that are being rotated: copying one takes a while. */
  readonly #rotating = new Set<string>();
  readonly #pending = new Set<Promise<void>>();
  #interval: NodeJS.Timeout | null = null;
  #ticks = 0;
  #closed = false;

  constructor(dependencies: SupervisorDependencies) {
    this.#dependencies = dependencies;
  }

  /** Replaces what is watched for one application. */
  watch(key: InventoryKey, ids: readonly ResourceId[]): void {
    const wanted = new Map(
      ids.map((id) => {
        const name = { key, name: id.name };
        return [recordName(name), { name, id }];
      }),
    );
    for (const [at, watched] of this.#watched) {
      if (inventoryKey(watched.name.key) !== inventoryKey(key) || wanted.has(at)) continue;
      this.#detach(watched);
      this.#watched.delete(at);
    }
    for (const [at, { name, id }] of wanted) {
      let watched = this.#watched.get(at);
      if (watched === undefined) {
        watched = { name, id, record: null, sentinel: null, timer: null, turn: 0, toldEnd: null };
        this.#watched.set(at, watched);
      }
      this.#run(this.#attach(watched));
    }
    this.#schedule();
  }

  /** A child of ours has been started. */
  started(record: ProcessRecord, child: ChildProcess): void {
    this.#children.add(record.nonce);
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
      this.#children.delete(record.nonce);
      this.#run(this.#ended(record, code, signal));
    };
    if (child.exitCode !== null || child.signalCode !== null)
      onExit(child.exitCode, child.signalCode);
    else child.once('exit', onExit);
  }

  /** The record was written: what is watched is looked at anew. */
  changed(record: ProcessRecord): void {
    this.#dependencies.board.forget(record.nonce);
    const watched = this.#watched.get(recordName(record));
    if (watched !== undefined) this.#run(this.#attach(watched));
  }

  /** This health was shown to whoever read; what differs from it later is told. */
  show(nonce: string, status: string): void {
    this.#shown.set(nonce, status);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#interval !== null) clearInterval(this.#interval);
    for (const watched of this.#watched.values()) this.#detach(watched);
    this.#watched.clear();
    await Promise.all(this.#pending);
  }

  async #attach(watched: Watched): Promise<void> {
    const { table, records, clock } = this.#dependencies;
    const record = records.load(watched.name);
    const isKnown = record !== null && sameJson(record, watched.record);
    if (isKnown) return;
    this.#detach(watched);
    watched.turn += 1;
    const { turn } = watched;
    if (record === null) return;
    const running = await findRunning(table, record);
    if (this.#closed || watched.turn !== turn) return;
    if (this.#watched.get(recordName(watched.name)) !== watched) return;
    if (running === null) {
      if (record.ended === null && record.process !== null) {
        await this.#ended(record, null, null);
        return;
      }
      const rest = restOf({ ...record, ended: records.endOf(record) }, clock.nowMs());
      if (rest.kind === 'waiting') this.#wakeAt(watched, record, rest.atMs);
      return;
    }
    watched.record = record;
    if (!this.#children.has(record.nonce)) {
      watched.sentinel = openSentinel(running.pid);
      // The number may have been given out anew between the look and the opening.
      if (!(await isAlive(table, running))) {
        await this.#ended(record, null, null);
        return;
      }
    }
    this.#wakeForHealth(watched, record);
  }

  #detach(watched: Watched): void {
    watched.sentinel?.close();
    if (watched.timer !== null) clearTimeout(watched.timer);
    watched.record = null;
    watched.sentinel = null;
    watched.timer = null;
  }

  #schedule(): void {
    if (this.#watched.size > 0) {
      this.#interval ??= setInterval(() => this.#tick(), lookEveryMs).unref();
    } else if (this.#interval !== null) {
      clearInterval(this.#interval);
      this.#interval = null;
    }
  }

  #tick(): void {
    this.#ticks += 1;
    const turns = Math.min(maxTurns, Math.ceil(this.#watched.size / looksAtOnce));
    let at = this.#ticks;
    for (const watched of this.#watched.values()) {
      const { record, sentinel } = watched;
      at += 1;
      if (record === null) continue;
      if (sentinel === null) {
        if (!this.#children.has(record.nonce) && this.#ticks % slowEvery === 0)
          this.#run(this.#lookSlowly(watched, record));
      } else if (at % turns === 0 && !sentinel.alive()) {
        this.#detach(watched);
        this.#run(this.#ended(record, null, null));
      }
      if (this.#ticks % rotateEvery === 0) this.#run(this.#rotate(record));
    }
  }

  async #lookSlowly(watched: Watched, record: ProcessRecord): Promise<void> {
    if ((await findRunning(this.#dependencies.table, record)) !== null) return;
    if (watched.record === record) await this.#ended(record, null, null);
  }

  /** Writes down that a process ended, unless it was ended on purpose, and tells. */
  async #ended(
    record: ProcessRecord,
    code: number | null,
    signal: NodeJS.Signals | null,
  ): Promise<void> {
    if (this.#closed) return;
    const { board, tell } = this.#dependencies;
    board.forget(record.nonce);
    this.#shown.delete(record.nonce);
    const end = await recordEnd(this.#dependencies, record, { code, signal });
    if (end === null) return;
    const { key, name } = end.record;
    const watched = this.#watched.get(recordName(end.record));
    if (watched === undefined || watched.toldEnd === record.nonce) return;
    this.#detach(watched);
    watched.toldEnd = record.nonce;
    tell({ key, id: watched.id, message: `process ${name} ${howEnded(end.ended)}` });
    if (end.recorded) await this.#attach(watched);
  }

  /** Tells when the wait of a crash loop is over. */
  #wakeAt(watched: Watched, record: ProcessRecord, atMs: number): void {
    const { clock, tell } = this.#dependencies;
    const wake = (): void =>
      tell({
        key: record.key,
        id: watched.id,
        message: `process ${record.name} is to be started again`,
      });
    watched.timer = setTimeout(wake, Math.max(1, atMs - clock.nowMs() + 1)).unref();
  }

  /** Looks at the health of what runs, again and again, and tells when it is another one. */
  #wakeForHealth(watched: Watched, record: ProcessRecord): void {
    const { clock, board } = this.#dependencies;
    const { probe } = asFields(record.fields);
    if (probe === undefined) {
      const leftMs = settledMs - (clock.nowMs() - record.startedAtMs);
      if (leftMs <= 0 && this.#shown.get(record.nonce) !== 'Progressing') return;
      watched.timer = setTimeout(
        () => this.#run(this.#health(watched)),
        Math.max(1, leftMs),
      ).unref();
      return;
    }
    const pauseMs =
      board.isReady(record.nonce) && this.#shown.get(record.nonce) === 'Healthy'
        ? probe.periodMs
        : Math.min(probe.periodMs, failingPeriodMs);
    watched.timer = setTimeout(() => this.#run(this.#health(watched)), pauseMs).unref();
  }

  async #health(watched: Watched): Promise<void> {
    const { record } = watched;
    if (record === null) return;
    const status = await this.#dependencies.look(record);
    // Ended, or started anew meanwhile: that has its own notice.
    if (this.#closed || watched.record === null || watched.record.nonce !== record.nonce) return;
    if (status.state === 'running') {
      const health = healthOf(status, asFields(record.fields).probe ?? null);
      const before = this.#shown.get(record.nonce);
      this.#shown.set(record.nonce, health.status);
      if (before !== undefined && before !== health.status) {
        this.#dependencies.tell({
          key: record.key,
          id: watched.id,
          message: `process ${record.name} is ${health.status}: ${health.message}`,
        });
      }
    }
    this.#wakeForHealth(watched, watched.record);
  }

  async #rotate(record: ProcessRecord): Promise<void> {
    const { logFile, fields } = record;
    if (this.#rotating.has(logFile)) return;
    this.#rotating.add(logFile);
    try {
      await rotateLog(logFile, { ...asFields(fields).log, limits: limitsOfLog(record) });
    } finally {
      this.#rotating.delete(logFile);
    }
  }

  #run(work: Promise<void>): void {
    const done = work
      .catch((thrown: unknown) => this.#dependencies.warn(`watching processes: ${String(thrown)}`))
      .finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }
}
