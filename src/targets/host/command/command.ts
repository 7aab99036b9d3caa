import type { JsonObject } from '../../../model/json.ts';
import { showResource } from '../../../model/resource.ts';
import { hostError } from '../errors.ts';
import type { HostKind } from '../kind.ts';
import { refuseOutside, refuseUnnamed } from '../limits.ts';
import { readManifest } from '../manifest.ts';
import { resolveParents } from '../paths.ts';
import { revealVariable, sealVariables } from '../process/environment.ts';
import type { CommandFields, CommandPayload } from './call.ts';
import { carryOut } from './carry-out.ts';
import type { CarryOutDependencies } from './carry-out.ts';
import { lookAtCommand } from './look.ts';
import { CommandRecords } from './record.ts';
import type { CommandRecordsDependencies } from './record.ts';
import { commandDefinition, commandSpec } from './spec.ts';

type CommandKindDependencies = Omit<CarryOutDependencies, 'records'> & CommandRecordsDependencies;

/**
 * A program that is run where something is to be done. Its check is asked on every look; without a check the record of
 * its last run tells. What it did stays when it leaves the source.
 */
export function createCommandKind(dependencies: CommandKindDependencies): HostKind {
  const { secrets, sealer } = dependencies;
  const records = new CommandRecords(dependencies);
  const all = { ...dependencies, records };
  return {
    ...commandDefinition,

    prepare: async (manifest, scope) => {
      const { head, spec } = readManifest(manifest, 'Command', commandSpec);
      const { limits } = scope;
      const resource = showResource(head.id);
      refuseUnnamed(scope, 'Command', resource);
      if (spec.cwd !== undefined) refuseOutside(await resolveParents(spec.cwd), limits, resource);
      const variables = await sealVariables(
        spec.env,
        (reference) => revealVariable(secrets, reference, limits, resource),
        sealer,
      );
      const fields: CommandFields = {
        ...(spec.check === undefined ? {} : { check: spec.check }),
        run: spec.run,
        env: variables.env,
        ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      };
      const payload: CommandPayload = {
        secrets: variables.secrets,
        timeoutMs: spec.timeout ?? null,
        checkTimeoutMs: spec.checkTimeout,
        limits,
      };
      return {
        id: head.id,
        fields: fields as unknown as JsonObject,
        payload: payload as unknown as JsonObject,
        locator: {},
        texts: {},
        claims: [],
        wave: head.wave,
        rank: 200,
        traits: { workload: false, dataBearing: false, irreversible: true },
        prune: head.prune,
        ...(spec.check !== undefined && { asksFirst: true }),
        origin: manifest.origin,
      };
    },

    read: (key, reference, looking) => lookAtCommand(all, key, reference, looking),

    apply: async (effect) => {
      const resource = showResource(effect.id);
      try {
        return await carryOut(all, effect, resource);
      } catch (thrown) {
        throw hostError(thrown, `run ${resource}`, resource);
      }
    },

    // Never planned, because reading says that what it did stays; there is nothing to take away.
    remove: async () => {},

    health: ({ status }) => ({
      status: 'Healthy',
      message: status['current'] === true ? 'is done' : 'ran as it was worded before',
    }),

    // Nothing tells when what it did comes undone: its check is asked whenever the application is looked at.
    watchedPaths: () => [],

    async *logs(key, id, { tail }) {
      const output = records.load(key, id.name)?.output ?? '';
      if (output !== '') yield* output.split('\n').slice(-tail);
    },
  };
}
