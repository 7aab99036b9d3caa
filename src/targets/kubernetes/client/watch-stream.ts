import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { Clock } from '../../../system/clock.ts';
import type { WatchEvent } from './client.ts';
import { named } from './decode.ts';
import { answerInvalid, answerTooLarge, unavailable, watchSilent } from './errors.ts';
import { Lines } from './lines.ts';
import { done } from './linked.ts';
import { refusalOf } from './refusal.ts';
import type { TransportAnswer } from './transport.ts';

/** Largest event: an object of the largest size that etcd takes, with room for how JSON writes it. Bytes. */
const maxEventBytes = 16 * 1024 * 1024;

/** The server sends a bookmark about every minute. */
const defaultSilenceMs = 180_000;

/** For servers that send none. */
const withoutBookmarksMs = 900_000;

/** An event, and what only the first watch of a streamed list tells. */
export type StreamEvent = WatchEvent & {
  /** The bookmark after the last object that was there when the watch began. */
  readonly isInitialEnd?: boolean;
};

/** A watch that has begun. */
export interface OpenWatch {
  /** Resolves when the server ends it, as it does now and then. @throws FairleadError why it broke off */
  readonly ended: Promise<void>;
  /** Whether the connection lived within the last `maxAgeMs`; asks the other side if that is not known. */
  isAlive(maxAgeMs: number): Promise<boolean>;
  close(): void;
}

interface WatchStreamOptions {
  readonly answer: TransportAnswer;
  readonly resource: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly isSecret: boolean;
  readonly silenceMs: number | undefined;
  /** Whether the server is known to send bookmarks; else the first one tells. */
  readonly hasBookmarks: boolean | undefined;
  readonly clock: Clock;
  /** Called at once for each event, in order. What it throws ends the watch. */
  readonly onEvent: (event: StreamEvent) => void;
}

/** Reads the events of an answer as they come. */
export function readWatch(options: WatchStreamOptions): OpenWatch {
  const { answer, clock, resource } = options;
  const lines = new Lines();
  const over = new AbortController();
  let heardMs = clock.monotonicMs();
  let hasBookmarks = options.hasBookmarks ?? false;

  const ended = new Promise<void>((resolve, reject) => {
    const end = (error: Error | null): void => {
      if (over.signal.aborted) return;
      over.abort(done);
      if (error === null) return resolve();
      answer.body.cancel();
      reject(error);
    };
    const take = (line: string): void => {
      if (line === '') return;
      const event = parseEvent(line, options);
      // A server that ends a streamed list with a bookmark sends the others, too.
      if (event.type === 'BOOKMARK') hasBookmarks = true;
      options.onEvent(event);
    };
    answer.body.read({
      data: (chunk) => {
        heardMs = clock.monotonicMs();
        try {
          for (const line of lines.push(chunk)) {
            if (over.signal.aborted) return;
            take(line);
          }
        } catch (thrown) {
          return end(thrown as Error);
        }
        if (lines.restBytes > maxEventBytes) end(tooLarge(resource));
      },
      // What is left over is half an event: the next watch brings it whole.
      end: () => end(null),
      error: (error) =>
        end(unavailable({ message: `${resource}: ${error.message}`, resource, cause: error })),
    });
    const listen = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const longestMs = hasBookmarks
          ? (options.silenceMs ?? defaultSilenceMs)
          : (options.silenceMs ?? withoutBookmarksMs);
        const leftMs = heardMs + longestMs - clock.monotonicMs();
        if (leftMs <= 0) {
          const message = `${resource}: the watch was silent for ${Math.round(longestMs / 1000)} s`;
          return end(watchSilent({ message, resource }));
        }
        await clock.sleep(Math.min(leftMs, longestMs / 4), over.signal);
      }
    };
    void listen();
  });
  // It may break off before anybody waits for its end.
  ended.catch(() => {});
  return {
    ended,
    isAlive: (maxAgeMs) =>
      over.signal.aborted ? Promise.resolve(false) : answer.isAlive(maxAgeMs),
    close: () => {
      answer.body.cancel();
      over.abort(done);
    },
  };
}

function tooLarge(resource: string) {
  const message = `${resource}: an event has more than ${maxEventBytes / 1024 / 1024} MiB`;
  return answerTooLarge({ message, resource });
}

/** @throws FairleadError for an event of type `ERROR`, and for what is none */
function parseEvent(line: string, options: WatchStreamOptions): StreamEvent {
  const { resource, apiVersion, kind, isSecret } = options;
  const event = parseLine(line, resource);
  const { type, object } = event;
  if (!isJsonObject(object)) throw noEvent(resource);
  if (type === 'ERROR') {
    const status = typeof object['code'] === 'number' ? object['code'] : 500;
    throw refusalOf(
      { resource, isWrite: false, isSecret },
      { status, text: JSON.stringify(object), retryAfter: '' },
    );
  }
  if (type === 'BOOKMARK') {
    const { resourceVersion, annotations } = named(object, apiVersion, kind).metadata;
    const isInitialEnd = annotations?.['k8s.io/initial-events-end'] === 'true';
    return { type, resourceVersion, ...(isInitialEnd ? { isInitialEnd } : {}) };
  }
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') throw noEvent(resource);
  return { type, object: named(object, apiVersion, kind) };
}

function parseLine(line: string, resource: string): JsonObject {
  try {
    const value = JSON.parse(line) as Json;
    if (isJsonObject(value)) return value;
  } catch {
    // Told below: the line may hold a secret.
  }
  throw noEvent(resource);
}

function noEvent(resource: string) {
  return answerInvalid({ message: `${resource}: what came is no event of a watch`, resource });
}
