import { z } from 'zod';
import { kubernetesSettings } from '../targets/kubernetes/settings.ts';

/** What configuration must know about one target driver. */
export interface Driver {
  /** The key in `spec` of a `Target`. */
  readonly name: string;
  /** One sentence for editors. */
  readonly description: string;
  /** The driver's own settings, as users write them. Must accept `{}` when all have defaults. */
  readonly settings: z.ZodType;
}

/** Drivers that Fairlead is going to have; named in errors so that nobody looks for a typing mistake. */
export const plannedDrivers: readonly string[] = ['compose', 'opentofu'];

const hostSettings = z.strictObject({
  stateDir: z
    .string()
    .regex(/^\/[^\0\r\n]*$/u, 'must be an absolute path')
    .optional()
    .meta({
      description:
        "Folder for inventories and holds. Default: /var/lib/fairlead as root, else fairlead in the user's state folder.",
    }),
  secretEnv: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable'))
    .optional()
    .meta({
      description:
        "Variables of the controller's environment that applications of projects with hostPaths may refer to as secrets. Default: none. Applications of other projects may refer to any.",
    }),
});

const hostDriver: Driver = {
  name: 'host',
  description:
    'The machine that the controller runs on: files, directories, commands and processes.',
  settings: hostSettings,
};

/** What a Target says of a cluster, for the configuration; the target itself is in `targets/kubernetes`. */
export const kubernetesDriver: Driver = {
  name: 'kubernetes',
  description: 'A Kubernetes cluster.',
  settings: kubernetesSettings,
};

/** The drivers that a Target can name where nobody gives others. Each has its target in `targets/registry.ts`. */
export const defaultDrivers: readonly Driver[] = [hostDriver, kubernetesDriver];
