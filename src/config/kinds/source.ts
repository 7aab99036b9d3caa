import { valid, validRange } from 'semver';
import { z } from 'zod';
import type {
  ChartConfig,
  Follow,
  SourceAuth,
  SourceConfig,
  VerifyConfig,
} from '../../model/config.ts';
import { duration } from '../duration.ts';
import { oneOf } from '../one-of.ts';
import { defineKind } from './kind.ts';
import { hasCredentials, withoutCredentials } from './url.ts';

const day = 86_400_000;

/** Schemes that Git may be given; `ext::` and friends run programs. */
const urlPattern = /^(?:(?:https?|ssh|file):\/\/\S+|(?:[\w.-]+@)?[\w.-]+:(?!:)[^\s:]\S*|\/\S*)$/;

const url = z
  .string()
  .check((context) => {
    const refuse = (message: string, params: Record<string, unknown>): void => {
      context.issues.push({ code: 'custom', input: context.value, message, params });
    };
    if (hasCredentials(context.value)) {
      refuse('must not hold credentials: a file in Git is no place for them', {
        allowed: 'the URL without user and password, and spec.auth',
        found: withoutCredentials(context.value),
      });
    } else if (!urlPattern.test(context.value) || context.value.startsWith('-')) {
      refuse('is not a repository that can be followed', {
        allowed: 'https://…, http://…, ssh://…, user@host:path, file:///… or an absolute path',
      });
    }
  })
  .meta({
    description:
      'The Git repository: https, http, ssh, `user@host:path`, file or an absolute path.',
  });

/** A branch or tag as Git allows it (git-check-ref-format), never something that looks like an option. */
function reference(description: string) {
  return z
    .string()
    .regex(
      /^(?![-/.])(?!.*(?:\.\.|@\{|\/\/|\.lock$|[/.]$))[^\s~^:?*[\\\p{Cc}]+$/u,
      'is not a valid reference name',
    )
    .optional()
    .meta({ description });
}

const filePath = z.string().regex(/^[^\0\r\n-][^\0\r\n]*$/u, 'must be the path of a file');
const environmentVariable = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable');

const auth = oneOf(
  z.strictObject({
    token: oneOf(
      z.strictObject({
        username: z.string().min(1, 'must not be empty').default('git').meta({
          description: 'User name that goes with the token; most forges take any.',
        }),
        fromEnv: environmentVariable
          .optional()
          .meta({ description: "Variable of the controller's environment that holds the token." }),
        fromFile: filePath
          .optional()
          .meta({ description: 'File at the controller that holds the token.' }),
      }),
      ['fromEnv', 'fromFile'],
    )
      .optional()
      .meta({ description: 'A token (or password) for https.' }),
    ssh: z
      .strictObject({
        keyFile: filePath.meta({
          description: 'File at the controller that holds the private key.',
        }),
        knownHostsFile: filePath
          .optional()
          .meta({ description: 'File with the host keys to accept; default: those of ssh.' }),
      })
      .optional()
      .meta({ description: 'A key for ssh.' }),
  }),
  ['token', 'ssh'],
)
  .optional()
  .meta({
    description: 'How to authenticate. Default: as Git is set up where the controller runs.',
  });

const keyFiles = z.strictObject({
  keyFiles: z
    .array(filePath)
    .min(1, 'needs at least one file')
    .meta({ description: 'Files at the controller with the keys that are trusted.' }),
});

const verify = oneOf(
  z.strictObject({
    gpg: keyFiles.optional().meta({ description: 'Armoured public keys.' }),
    ssh: keyFiles
      .optional()
      .meta({ description: 'Files in the format of `allowed_signers` (ssh-keygen).' }),
  }),
  ['gpg', 'ssh'],
)
  .optional()
  .meta({
    description:
      'Demand that every new commit is signed by one of these keys. Default: not checked.',
  });

const followed = ['branch', 'tag', 'semver', 'commit'] as const;

const version = z
  .string()
  .refine((range) => validRange(range) !== null, {
    error: 'is not a version or a range of versions',
    params: { allowed: 'a version such as "19.0.1", or a range such as "^19.0.0" or ">=1.2.0 <2"' },
  })
  .meta({ description: 'The version, or a range of which the highest is taken (npm rules).' });

const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits')
  .optional();

/** A digest is of one version. */
function pinsOne({
  value,
  issues,
}: z.core.ParsePayload<{ version: string; digest?: string | undefined }>): void {
  if (value.digest === undefined || valid(value.version) !== null) return;
  issues.push({
    code: 'custom',
    input: value.version,
    path: ['version'],
    message: 'must be one version where digest is given',
    params: { allowed: 'a version such as "19.0.1"' },
  });
}

const helm = z
  .strictObject({
    url: z
      .string()
      .regex(
        /^https?:\/\/[^\s@?#]+$/,
        'must be an http(s) address without user, query and fragment',
      )
      .meta({ description: 'The folder of the repository that its index.yaml is in.' }),
    chart: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]{0,249}$/, 'must be the name of a chart')
      .meta({ description: 'Name of the chart in it.' }),
    version,
    digest: digest.meta({
      description:
        'Take this version only with this content: `sha256:…` of the packed chart, as index.yaml has it. Default: what it has when it is first taken.',
    }),
  })
  .check(pinsOne)
  .meta({ description: 'A chart of a Helm repository; its folder is `.`.' });

const oci = z
  .strictObject({
    url: z
      .string()
      .regex(
        /^oci:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+$/,
        'must be like oci://registry.example/team/chart',
      )
      .meta({
        description: 'The chart, without its version: `oci://registry.example/team/chart`.',
      }),
    version,
    digest: digest.meta({
      description:
        'Take this version only with this content: `sha256:…` of its manifest, as `helm pull` and `helm push` print it. It is asked for by this digest, wherever the tag points. Default: what the tag points to when it is first taken.',
    }),
  })
  .check(pinsOne)
  .meta({ description: 'A chart of an OCI registry; its folder is `.`.' });

const places = ['url', 'helm', 'oci'] as const;

const spec = oneOf(
  z.strictObject({
    url: url.optional(),
    helm: helm.optional(),
    oci: oci.optional(),
    branch: reference(
      "Follow the tip of this branch. Default: the repository's own default branch.",
    ),
    tag: reference('Follow this tag.'),
    semver: z
      .string()
      .refine((range) => validRange(range) !== null, {
        error: 'is not a range of versions',
        params: { allowed: 'a range such as ">=1.2.0 <2", "^1.4" or "1.x"' },
      })
      .optional()
      .meta({ description: 'Follow the highest version tag in this range (npm rules).' }),
    commit: z
      .string()
      .regex(
        /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
        'must be a whole commit id of 40 or 64 hexadecimal digits',
      )
      .optional()
      .meta({ description: 'Stay at this commit.' }),
    interval: duration({ minMs: 100, maxMs: 7 * day })
      .prefault('60s')
      .meta({ description: 'Time between two looks at the remote.' }),
    timeout: duration({ minMs: 1000, maxMs: day })
      .prefault('60s')
      .meta({ description: 'Give up one fetch after this long.' }),
    auth,
    verify,
    allowForcedPush: z
      .boolean()
      .default(false)
      .meta({ description: 'Take a rewritten branch without asking.' }),
  }),
  followed,
  { optional: true },
)
  .check((context) => {
    const { value } = context;
    const given = places.filter((place) => value[place] !== undefined);
    const refuse = (message: string, allowed: string, path: string): void => {
      context.issues.push({
        code: 'custom',
        input: value,
        path: path === '' ? [] : [path],
        message,
        params: { allowed },
      });
    };
    if (given.length === 0)
      refuse('needs one of: url, helm, oci', `exactly one of: url, helm, oci`, '');
    if (given.length > 1) {
      refuse(
        `has ${given.join(' and ')}, but only one of them may be given`,
        'exactly one of: url, helm, oci',
        '',
      );
    }
    if (value.url !== undefined) return;
    for (const field of [...followed, 'verify'] as const) {
      if (value[field] !== undefined)
        refuse('is for Git repositories', 'a field `version` of the chart', field);
    }
    if (value.auth?.ssh !== undefined) refuse('is for Git repositories', 'a token', 'auth');
  })
  .meta({ description: 'A Git repository to follow, or a chart of a repository or registry.' });

function chartOf({
  helm: repository,
  oci: registry,
}: z.output<typeof spec>): ChartConfig | undefined {
  if (repository !== undefined) {
    return {
      kind: 'helm',
      url: repository.url.replace(/\/+$/, ''),
      name: repository.chart,
      version: repository.version,
      ...(repository.digest !== undefined && { digest: repository.digest }),
    };
  }
  if (registry === undefined) return undefined;
  const name = registry.url.slice(registry.url.lastIndexOf('/') + 1);
  const { url: place, version: range, digest: pin } = registry;
  return {
    kind: 'oci',
    url: place,
    name,
    version: range,
    ...(pin !== undefined && { digest: pin }),
  };
}

/** What names the source: in messages, and for the limits of projects. */
function urlOf(from: z.output<typeof spec>): string {
  const chart = chartOf(from);
  if (chart === undefined) return from.url ?? '';
  return chart.kind === 'oci' ? chart.url : `${chart.url}/${chart.name}`;
}

function follow(from: z.output<typeof spec>): Follow {
  if (from.tag !== undefined) return { kind: 'tag', name: from.tag };
  if (from.semver !== undefined) return { kind: 'semver', range: from.semver };
  if (from.commit !== undefined) return { kind: 'commit', commit: from.commit };
  return { kind: 'branch', name: from.branch ?? 'HEAD' };
}

function internalAuth(from: z.output<typeof auth>): SourceAuth | null {
  if (from?.token !== undefined) return { kind: 'token', ...from.token };
  if (from?.ssh !== undefined) return { kind: 'ssh', ...from.ssh };
  return null;
}

function internalVerify(from: z.output<typeof verify>): VerifyConfig | null {
  if (from?.gpg !== undefined) return { kind: 'gpg', keyFiles: from.gpg.keyFiles };
  if (from?.ssh !== undefined) return { kind: 'ssh', keyFiles: from.ssh.keyFiles };
  return null;
}

/** The document `Source`: a repository, or a chart of a repository or registry. */
export const sourceKind = defineKind({
  kind: 'Source',
  description:
    'A Git repository, or a chart of a repository or registry, that applications are taken from. Not needed for the repository that holds this file.',
  spec,
  toInternal: (name, from, origin): SourceConfig => ({
    name,
    url: urlOf(from),
    chart: chartOf(from),
    follow: follow(from),
    intervalMs: from.interval,
    allowForcedPush: from.allowForcedPush,
    auth: internalAuth(from.auth),
    verify: internalVerify(from.verify),
    timeoutMs: from.timeout,
    origin,
  }),
});
