import type { Api } from '../control/api.ts';
import { unreachable } from '../control/errors.ts';
import { FairleadError } from '../model/error.ts';
import type { InventoryKey } from '../model/inventory.ts';
import { inventoryKey } from '../model/inventory.ts';
import type { Ledger } from '../targets/target.ts';
import { connectServer, stateDirOf } from './connect.ts';
import type { Context } from './context.ts';
import { selectOne } from './selection.ts';

/** The records of one application in one environment, at every target where it has some. */
interface ApplicationLedgers {
  readonly key: InventoryKey;
  readonly ledgers: readonly Ledger[];
}

/**
 * Holds are kept at the target, so that they work without a controller: asks the controller where one runs, else
 * goes to the records at the targets of the last known configuration. Only "nobody listens" leads there: a
 * controller that answers with an error is still in charge.
 */
export async function serverOrLedgers<T>(
  context: Context,
  viaServer: (api: Api) => Promise<T>,
  viaLedgers: (open: OpenLedgers) => Promise<T>,
): Promise<T> {
  let connection;
  try {
    connection = await connectServer(context);
  } catch (error) {
    if (!(error instanceof FairleadError) || error.code !== unreachable.definition.code)
      throw error;
  }
  if (connection !== undefined) return viaServer(connection.api);
  const { openLedgers } = await import('../compose.ts');
  return viaLedgers(await openLedgers(stateDirOf(context)));
}

type OpenLedgers = readonly {
  readonly target: string;
  readonly ledger: Ledger;
  readonly keys: readonly InventoryKey[];
}[];

/** @throws FairleadError `application.not-found`, `cli.usage` */
export function findLedgers(
  open: OpenLedgers,
  name: string,
  environment: string | null,
): ApplicationLedgers {
  const keys = new Map(
    open.flatMap((one) => one.keys.map((key) => [inventoryKey(key), key] as const)),
  );
  const key = selectOne([...keys.values()], name, environment);
  const holds = (one: OpenLedgers[number]): boolean =>
    one.keys.some((other) => inventoryKey(other) === inventoryKey(key));
  return {
    key: { application: key.application, environment: key.environment },
    ledgers: open.filter(holds).map((one) => one.ledger),
  };
}
