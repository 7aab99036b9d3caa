import { isAbsolute, normalize, resolve, sep } from 'node:path';
import { z } from 'zod';
import type { FairleadError } from '../../../model/error.ts';
import type { Json } from '../../../model/json.ts';
import type { Clock } from '../../../system/clock.ts';
import { credentialPluginFailed, kubeconfigInvalid } from './errors.ts';
import { sameCredential } from './credentials.ts';
import type { Credential, Credentials } from './credentials.ts';
import type { ExecConfig } from './kubeconfig.ts';
import { runPlugin } from './run-plugin.ts';

const group = 'client.authentication.k8s.io';
const apiVersions: readonly string[] = [`${group}/v1`, `${group}/v1beta1`];

/** Gets new ones so long before the old ones end, so that none ends on its way to the server. */
const leewayMs = 10_000;

const answer = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  status: z.object({
    token: z.string().nullish(),
    clientCertificateData: z.string().nullish(),
    clientKeyData: z.string().nullish(),
    expirationTimestamp: z.string().nullish(),
  }),
});

/** What a plug-in may be told of the cluster; the fields of `Cluster` of the same API. */
interface PluginClusterInfo {
  readonly server: string;
  readonly 'tls-server-name'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'certificate-authority-data'?: string;
  readonly 'proxy-url'?: string;
  readonly config?: Json;
}

interface ExecCredentialsOptions {
  readonly config: ExecConfig;
  readonly cluster: PluginClusterInfo;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long the program may take; then it is ended. Default 20 s: nobody is to wait longer to be told. */
  readonly timeoutMs?: number | undefined;
  readonly clock: Clock;
}

const defaultTimeoutMs = 20_000;

interface Known {
  readonly credential: Credential;
  /** Wall clock; `null`: until the server refuses it. */
  readonly expiresAtMs: number | null;
}

/**
 * Credentials from a program (`users[].user.exec`), asked once at a time and again when they end or are refused.
 * It gets no terminal: one that needs a person fails. See
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 *
 * @throws FairleadError `kubernetes.kubeconfig-invalid`
 */
export function createExecCredentials(options: ExecCredentialsOptions): Credentials {
  const { config, clock } = options;
  const apiVersion = checked(config);
  let known: Known | null = null;
  let running: Promise<Known> | null = null;

  const run = (): Promise<Known> => {
    running ??= askPlugin(options, apiVersion)
      .then((made) => (known = made))
      .finally(() => {
        running = null;
      });
    return running;
  };
  return {
    current: async () => {
      const isValid =
        known !== null &&
        (known.expiresAtMs === null || known.expiresAtMs - leewayMs > clock.nowMs());
      if (isValid && known !== null) return known.credential;
      try {
        return (await run()).credential;
      } catch (thrown) {
        // In the last seconds of the old ones a failure does no harm yet.
        if (known !== null && (known.expiresAtMs ?? 0) > clock.nowMs()) return known.credential;
        throw thrown;
      }
    },
    renew: async (used) => {
      if (known !== null && !sameCredential(known.credential, used)) return true;
      return !sameCredential((await run()).credential, used);
    },
  };
}

/** @returns the API version that is spoken */
function checked(config: ExecConfig): string {
  const invalid = (what: string): FairleadError =>
    kubeconfigInvalid({ message: `users[].user.exec: ${what}`, resource: config.command });
  const { apiVersion, interactiveMode, command } = config;
  if (command === '') throw invalid('it has no command');
  if (apiVersion === undefined || !apiVersions.includes(apiVersion))
    throw invalid(`apiVersion must be ${apiVersions.join(' or ')}`);
  const isKnown = ['Never', 'IfAvailable', 'Always'].includes(interactiveMode ?? '');
  // Only the older version has a default.
  const isLeftOut = interactiveMode === undefined && apiVersion === `${group}/v1beta1`;
  if (!isKnown && !isLeftOut) throw invalid('interactiveMode must be Never, IfAvailable or Always');
  if (interactiveMode === 'Always')
    throw invalid('it needs a terminal (interactiveMode: Always), and a controller has none');
  return apiVersion;
}

async function askPlugin(options: ExecCredentialsOptions, apiVersion: string): Promise<Known> {
  const { config, cluster, env } = options;
  const request = {
    apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(config.provideClusterInfo ? { cluster } : {}) },
  };
  const output = await runPlugin({
    program: programOf(config),
    args: config.args,
    env: {
      ...env,
      ...Object.fromEntries(config.env.map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify(request),
    },
    installHint: config.installHint,
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    clock: options.clock,
  });
  return readAnswer(output, apiVersion, config.command);
}

/** As a shell finds it, but that a relative path is relative to the kubeconfig. */
function programOf({ command, folder }: ExecConfig): string {
  const isPath = command.includes(sep) || command.includes('/');
  return !isPath || isAbsolute(command) ? normalize(command) : resolve(folder, command);
}

function readAnswer(output: string, apiVersion: string, command: string): Known {
  const failed = (what: string): FairleadError =>
    credentialPluginFailed({ message: `${command} ${what}`, resource: command });
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    // What it printed may hold a credential.
    throw failed('did not print JSON');
  }
  const parsed = answer.safeParse(value);
  if (!parsed.success || parsed.data.kind !== 'ExecCredential')
    throw failed('did not print an ExecCredential with a status');
  if (parsed.data.apiVersion !== apiVersion)
    throw failed(`printed ${parsed.data.apiVersion}, the kubeconfig says ${apiVersion}`);
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = parsed.data.status;
  const [cert, key] = [clientCertificateData ?? '', clientKeyData ?? ''];
  if ((token ?? '') === '' && cert === '') throw failed('gave neither a token nor a certificate');
  if ((cert === '') !== (key === '')) throw failed('gave a certificate or a key, not both');
  const expiresAtMs =
    expirationTimestamp === null || expirationTimestamp === undefined
      ? null
      : Date.parse(expirationTimestamp);
  if (Number.isNaN(expiresAtMs)) throw failed('gave an expirationTimestamp that is no time');
  return {
    credential: {
      authorization: (token ?? '') === '' ? null : `Bearer ${token}`,
      certificate: cert === '' ? null : { cert, key },
    },
    expiresAtMs,
  };
}
