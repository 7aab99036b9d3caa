import { describe, expect, it } from 'vitest';
import type { ProbeFields } from './fields.ts';
import { healthOf } from './health.ts';
import type { ProcessStatus } from './health.ts';

const probe: ProbeFields = {
  tcp: { host: '127.0.0.1', port: 80 },
  periodMs: 10_000,
  timeoutMs: 2_000,
  failureThreshold: 3,
  startTimeoutMs: 30_000,
};

type Running = Extract<ProcessStatus, { state: 'running' }>;

function running(parts: Partial<Running>): Running {
  return { state: 'running', pid: 7, uptimeMs: 60_000, probe: null, portTaken: false, ...parts };
}

function probed(parts: Partial<NonNullable<Running['probe']>>): NonNullable<Running['probe']> {
  return { ok: false, everOk: false, failures: 1, message: 'refused', ...parts };
}

function ended(state: 'done' | 'failed' | 'due' | 'waiting', code: number | null): ProcessStatus {
  const end = code === null ? null : { code, signal: null, atMs: 1 };
  return { state, ended: end, waitsMs: 3_500, failures: 4, lastWords: 'Error: no database' };
}

describe('a process that runs', () => {
  it('without a probe is healthy once it has run for a second', () => {
    expect(healthOf(running({ uptimeMs: 999 }), null).status).toBe('Progressing');
    expect(healthOf(running({ uptimeMs: 1_000 }), null)).toEqual({
      status: 'Healthy',
      message: 'runs as process 7',
    });
  });

  it('with a probe is healthy as soon as that is good', () => {
    const good = probed({ ok: true, everOk: true, failures: 0, message: 'answers 200' });
    expect(healthOf(running({ uptimeMs: 5, probe: good }), probe)).toEqual({
      status: 'Healthy',
      message: 'answers 200',
    });
  });

  it('is not believed at once where somebody else answered before it was started', () => {
    const good = probed({ ok: true, everOk: true, failures: 0 });
    const taken = { probe: good, portTaken: true };
    expect(healthOf(running({ ...taken, uptimeMs: 2_999 }), probe).status).toBe('Progressing');
    expect(healthOf(running({ ...taken, uptimeMs: 3_000 }), probe).status).toBe('Healthy');
  });

  it('has its start timeout to become ready, then counts as broken', () => {
    const bad = probed({ failures: 40 });
    expect(healthOf(running({ uptimeMs: 29_999, probe: bad }), probe)).toEqual({
      status: 'Progressing',
      message: 'is not ready yet: refused',
    });
    expect(healthOf(running({ uptimeMs: 30_000, probe: bad }), probe)).toEqual({
      status: 'Degraded',
      message: 'is not ready: refused',
    });
  });

  it('is broken after the threshold once it was ready, and never before', () => {
    const after = (failures: number, everOk: boolean) =>
      healthOf(running({ probe: probed({ failures, everOk }) }), probe).status;
    expect([after(1, true), after(2, true), after(3, true)]).toEqual([
      'Healthy',
      'Healthy',
      'Degraded',
    ]);
    // A controller that has just begun to look does not know whether it was ever ready.
    expect([after(1, false), after(2, false), after(3, false)]).toEqual([
      'Progressing',
      'Progressing',
      'Degraded',
    ]);
  });
});

describe('a process that does not run', () => {
  it('is healthy only where it ended as it was meant to', () => {
    expect(healthOf(ended('done', 0), null)).toEqual({
      status: 'Healthy',
      message: 'ended with code 0, and is not to run again',
    });
    for (const state of ['failed', 'due', 'waiting'] as const)
      expect(healthOf(ended(state, 1), null).status).toBe('Degraded');
  });

  it('says how it ended, what becomes of it and its last words', () => {
    expect(healthOf(ended('waiting', 1), null).message).toBe(
      'ended with code 1, 4 times soon after its start; it is started again in 4 s; it said: Error: no database',
    );
    expect(healthOf(ended('failed', null), null).message).toBe(
      'ended with an unknown code, and is not started again; it said: Error: no database',
    );
  });
});
