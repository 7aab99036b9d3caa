import luaparse from 'luaparse';
import type { Statement } from 'luaparse';
import type { JsonObject } from '../../../../model/json.ts';
import type { Health, HealthStatus } from '../../../../model/status.ts';
import { healthOrder } from '../../../../model/status.ts';
import { unknown, verdict } from '../../verdict.ts';
import { Budget, BudgetSpent, maxSourceLength } from '../budget.ts';
import { messageOf, refused } from '../problem.ts';
import type { Compiled } from '../problem.ts';
import { LuaError } from './error.ts';
import { runScript } from './statements.ts';
import { LuaTable, fromBytes, textOf, toBytes, toLua } from './values.ts';

/**
 * A health script in the style of Argo CD: it finds the object in `obj` and returns a table with `status` and
 * `message`. Lua 5.1 with `goto`; of the libraries what is in `library.ts`.
 *
 * Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#way-1-define-a-custom-health-check-in-argocd-cm-configmap
 */
export function compileLua(source: string): Compiled<(object: JsonObject) => Health> {
  if (source.length > maxSourceLength)
    return refused(`is longer than ${maxSourceLength} characters`);
  try {
    // Bytes in, bytes out: so `#` counts as Lua does.
    const { body } = luaparse.parse(toBytes(source), {
      luaVersion: '5.2',
      encodingMode: 'pseudo-latin1',
      comments: false,
      scope: false,
      locations: true,
    } as Partial<luaparse.Options> & { wait: false });
    return { ok: true, value: (object) => judge(body, object) };
  } catch (error) {
    const { line } = error as { readonly line?: unknown };
    const message = messageOf(error).replace(/^\[\d+:\d+\] /, '');
    return refused(`is not Lua: ${message}`, typeof line === 'number' ? line : 1);
  }
}

function judge(body: readonly Statement[], object: JsonObject): Health {
  const converted = toLua(object);
  if (converted === null) return unknown('is too large for its Lua script');
  const budget = new Budget();
  try {
    const [result] = runScript(body, converted.value, budget);
    if (!(result instanceof LuaTable))
      return unknown('its Lua script does not return a table with a status');
    const status = textOf(result.get('status'));
    const message = result.get('message');
    if (!isHealthStatus(status))
      return unknown(`its Lua script returns "${fromBytes(status)}", which is no health status`);
    const said = message === undefined ? '' : fromBytes(textOf(message));
    return verdict(status, said.trim() === '' ? `its Lua script says ${status}` : said);
  } catch (error) {
    return unknown(`its Lua script failed${placeOf(error)}: ${messageOf(error)}`);
  }
}

function isHealthStatus(text: string): text is HealthStatus {
  return (healthOrder as readonly string[]).includes(text);
}

/** A script that is nested too deeply for the machine's stack ends here, too. */
function placeOf(error: unknown): string {
  if (error instanceof BudgetSpent) return '';
  return error instanceof LuaError && error.line !== undefined ? ` in line ${error.line}` : '';
}
