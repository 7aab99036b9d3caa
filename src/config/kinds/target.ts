import { z } from 'zod';
import type { TargetConfig } from '../../model/config.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Driver } from '../driver.ts';
import { plannedDrivers } from '../driver.ts';
import { oneOf } from '../one-of.ts';
import { defineKind } from './kind.ts';
import type { Kind } from './kind.ts';

/** `Target` documents for the drivers that this installation has. The driver is the one key of `spec`. */
export function createTargetKind(drivers: readonly Driver[]): Kind {
  const names = drivers.map(({ name }) => name);
  const fields = Object.fromEntries(
    drivers.map(({ name, description, settings }) => [
      name,
      settings.optional().meta({ description }),
    ]),
  );
  const spec = oneOf(z.strictObject(fields), names).meta({
    description: 'Where things run: the name of one driver, and its settings.',
  });
  return defineKind({
    kind: 'Target',
    description: 'A place where things run.',
    spec,
    toInternal: (name, from, origin): TargetConfig => {
      const [driver = '', settings = {}] =
        Object.entries(from).find(([, value]) => value !== undefined) ?? [];
      return { name, driver, settings: settings as JsonObject, origin };
    },
    explainUnknownField: (path, field) =>
      path.length === 1 && plannedDrivers.includes(field)
        ? `${field} is not supported by this version of Fairlead`
        : null,
  });
}
