import type { Hasher } from '../model/digest.ts';
import type { JsonObject } from '../model/json.ts';
import type { Sealer } from '../model/sealed.ts';
import type { Clock } from '../system/clock.ts';
import type { Random } from '../system/random.ts';

/** What every driver is given. */
export interface TargetOptions {
  readonly name: string;
  /** What stands under the driver's name in the `spec` of the Target. */
  readonly settings: JsonObject;
  readonly clock: Clock;
  readonly random: Random;
  readonly hash: Hasher;
  readonly sealer: Sealer;
  /** The controller's environment: where `fromEnv` looks, and where the default of `stateDir` comes from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For the operator's log. */
  readonly warn: (message: string) => void;
}
