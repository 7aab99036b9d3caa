import type { Health, HealthStatus } from '../../model/status.ts';

/** Longest sentence, in UTF-16 code units; some controllers put whole stack traces into a message. */
const maxMessage = 400;

/** Nothing is to be done or waited for. */
export const healthy = (message: string): Health => verdict('Healthy', message);
/** It may still become healthy by itself: it is waited for, within `timeouts.health`. */
export const progressing = (message: string): Health => verdict('Progressing', message);
/** Probably nothing but a change makes it healthy: a release gives up on it after the patience of its target. */
export const degraded = (message: string): Health => verdict('Degraded', message);
/** Somebody told it to rest, so a release takes it for healthy. */
export const suspended = (message: string): Health => verdict('Suspended', message);
/** It does not tell. */
export const unknown = (message: string): Health => verdict('Unknown', message);

/** A status and its one sentence: what is said about the object follows its name, so it begins in lower case. */
export function verdict(status: HealthStatus, message: string): Health {
  return { status, message: oneLine(message) };
}

/**
 * One line without control or direction characters, which could redraw a terminal. Messages come from whoever may
 * write the status of an object.
 */
function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * maxMessage)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll(/[\p{Bidi_Control}\p{Cs}]/gu, '')
    .trim();
  return line.length <= maxMessage ? line : `${line.slice(0, maxMessage - 1).trimEnd()}…`;
}

/** "1 pod is", "3 pods are". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** "its pod is ready", "all 3 pods are ready". */
export function allAre(number: number, noun: string, what: string): string {
  return number === 1 ? `its ${noun} is ${what}` : `all ${number} ${noun}s are ${what}`;
}

/** The verb for so many things. */
export function areOrIs(number: number): string {
  return number === 1 ? 'is' : 'are';
}
