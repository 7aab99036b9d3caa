import type { Clock } from '../../../system/clock.ts';
import { uidOf } from './record.ts';
import type { Ended } from './ended.ts';
import type { ProcessRecord, ProcessRecords, RecordName } from './record.ts';
import { failuresAfter } from './restart.ts';

/** What noting an end takes. `warn` hears what could not be written. */
export interface RecordEndDependencies {
  readonly clock: Clock;
  readonly records: ProcessRecords;
  readonly warn: (message: string) => void;
  /** Runs `body` alone among all who change this record, in any process. */
  readonly exclusive: <T>(name: RecordName, body: () => Promise<T>) => Promise<T>;
}

/** An end that nobody asked for. */
interface SeenEnd {
  readonly record: ProcessRecord;
  readonly ended: Ended;
  /** `false`: the disk refused; whoever reads next sees it by itself. */
  readonly recorded: boolean;
}

/**
 * Writes down how a process ended. `null`: its record is gone or of another process by now, so it was ended on purpose.
 * @param seen both `null` where its exit was not seen by its parent.
 */
export async function recordEnd(
  { clock, records, warn, exclusive }: RecordEndDependencies,
  record: ProcessRecord,
  seen: { readonly code: number | null; readonly signal: string | null },
): Promise<SeenEnd | null> {
  const unknown: Ended = { ...seen, atMs: clock.nowMs() };
  try {
    // Its application may have another name since it was started.
    const name = records.load(record) ?? records.find(uidOf(record)) ?? record;
    return await exclusive(name, async () => {
      const now = records.load(name);
      if (now?.nonce !== record.nonce) return null;
      // Whoever started it knows best how it ended.
      const ended = records.endOf(now) ?? unknown;
      if (now.ended === null)
        await records.write({ ...now, ended, failures: failuresAfter(now, ended) });
      return { record: now, ended, recorded: true };
    });
  } catch (thrown) {
    warn(`the end of process ${record.name} could not be recorded: ${String(thrown)}`);
    return { record, ended: unknown, recorded: false };
  }
}
