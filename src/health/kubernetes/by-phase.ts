import type { JsonObject } from '../../model/json.ts';
import type { Health, HealthStatus } from '../../model/status.ts';
import { flagAt, numberAt, textAt } from './object.ts';
import type { Rule } from './rule.ts';
import { unobserved } from './standard.ts';
import { healthy, progressing, suspended, verdict } from './verdict.ts';

/** Which words of one field say what. */
interface ByPhase {
  /** Where the word stands. Default: `status.phase`. */
  readonly field?: readonly string[];
  readonly healthy: readonly string[];
  readonly progressing?: readonly string[];
  readonly degraded?: readonly string[];
  readonly suspended?: readonly string[];
  /** What every other word means. Default: Progressing. */
  readonly otherwise?: HealthStatus;
  /** What it is without a word. Default: Progressing. */
  readonly absentIs?: 'Healthy' | 'Progressing';
  /** Fields that hold the reason, in order of preference. Default: `status.message`. */
  readonly why?: readonly (readonly string[])[];
  /** Fields that suspend it when they are `true`. */
  readonly pausedBy?: readonly (readonly string[])[];
}

/** A rule for kinds that say all in one word. */
export function byPhase(options: ByPhase): Rule {
  return { counts: describe(options), judge: (object) => judge(object, options) };
}

function judge(object: JsonObject, options: ByPhase): Health {
  const flag = options.pausedBy?.find((path) => flagAt(object, ...path));
  if (flag !== undefined) return suspended(`is suspended by ${flag.join('.')}`);
  const early = unobserved(object);
  if (early !== null) return early;
  const field = options.field ?? ['status', 'phase'];
  const number = numberAt(object, ...field);
  const word = number === null ? textAt(object, ...field) : String(number);
  if (word === '') {
    return options.absentIs === 'Healthy'
      ? healthy('is there')
      : progressing(`its controller has not set ${field.join('.')} yet`);
  }
  const why = (options.why ?? [['status', 'message']])
    .map((path) => textAt(object, ...path))
    .find((text) => text !== '');
  const status = statusOf(word, options);
  if (why === undefined) return verdict(status, `${field.at(-1)} is ${word}`);
  return verdict(status, why.includes(word) ? why : `${word}: ${why}`);
}

function statusOf(word: string, options: ByPhase): HealthStatus {
  if (options.healthy.includes(word)) return 'Healthy';
  if (options.degraded?.includes(word) === true) return 'Degraded';
  if (options.suspended?.includes(word) === true) return 'Suspended';
  if (options.progressing?.includes(word) === true) return 'Progressing';
  return options.otherwise ?? 'Progressing';
}

function describe(options: ByPhase): string {
  const field = (options.field ?? ['status', 'phase']).join('.');
  const words = (list: readonly string[] = []): string =>
    list.map((one) => `\`${one}\``).join(', ');
  const parts = [`\`${field}\` ${words(options.healthy)} is Healthy`];
  for (const [list, status] of [
    [options.progressing, 'Progressing'],
    [options.degraded, 'Degraded'],
    [options.suspended, 'Suspended'],
  ] as const) {
    if (list !== undefined && list.length > 0) parts.push(`${words(list)} ${status}`);
  }
  parts.push(`any other ${options.otherwise ?? 'Progressing'}`);
  for (const path of options.pausedBy ?? []) parts.push(`\`${path.join('.')}\` is Suspended`);
  if (options.absentIs === 'Healthy') parts.push('without it Healthy');
  return parts.join('; ');
}
