/**
 * What Git gets to see of its surroundings. Everything a repository, an environment or a configuration file could use
 * to make Git run a program is off, except what the operator set up to reach servers: credential helpers and ssh.
 */

/** One setting, as in `git -c name=value`. Names may repeat (`credential.helper`). */
export type GitSetting = readonly [name: string, value: string];

/** Variables of a process by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `GIT_*` variables that a person sets on purpose to reach a server; all others are dropped. */
const kept = new Set([
  'GIT_EXEC_PATH',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSL_CERT',
  'GIT_SSL_KEY',
  'GIT_PROXY_SSL_CAINFO',
  'GIT_PROXY_SSL_CERT',
  'GIT_PROXY_SSL_KEY',
]);

/** Programs that would ask a person, and languages that would change the messages that are read. */
const dropped = new Set(['SSH_ASKPASS', 'LANG', 'LANGUAGE', 'GCM_INTERACTIVE']);

/** Settings of the operator's own Git configuration that are honoured: how to reach servers, and how files are written. */
const passed =
  /^(credential\..*|http\..*|url\..*\.(insteadof|pushinsteadof)|core\.(sshcommand|excludesfile|autocrlf|eol|symlinks|precomposeunicode)|ssh\.variant|safe\.directory)$/i;

/** Flaws of old, honest histories. Each is named by what `git fsck` calls it; all other flaws are refused. */
const legacyFlaws = [
  'badDate',
  'badDateOverflow',
  'badEmail',
  'badFilemode',
  'badName',
  'badTagName',
  'badTimezone',
  'largePathname',
  'missingEmail',
  'missingNameBeforeEmail',
  'missingSpaceBeforeDate',
  'missingSpaceBeforeEmail',
  'missingTaggerEntry',
  'multipleAuthors',
  'zeroPaddedDate',
  'zeroPaddedFilemode',
];

/** How ssh is called where the operator says nothing else: it never waits for an answer and takes no agent along. */
export const sshCommand =
  'ssh -o BatchMode=yes -o ConnectTimeout=30 -o ForwardAgent=no -o ClearAllForwardings=yes';

const protocols = 'file:git:http:https:ssh';

/** Settings of every call; they win over files, because Git reads them last. */
export const baseSettings: readonly GitSetting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.askPass', ''],
  ['core.logAllRefUpdates', 'false'],
  // References too: the last accepted commit must survive a power cut.
  ['core.fsync', 'objects,derived-metadata,reference'],
  ['credential.interactive', 'false'],
  ['fetch.fsckObjects', 'true'],
  ['transfer.fsckObjects', 'true'],
  ...legacyFlaws.flatMap((flaw): GitSetting[] => [
    [`fetch.fsck.${flaw}`, 'ignore'],
    [`receive.fsck.${flaw}`, 'ignore'],
  ]),
  ['fetch.recurseSubmodules', 'false'],
  ['submodule.recurse', 'false'],
  ['push.recurseSubmodules', 'no'],
  ['push.followTags', 'false'],
  // One small pack a fetch instead of an fsync per object; packs are rolled up now and then.
  ['fetch.unpackLimit', '1'],
  ['transfer.unpackLimit', '1'],
  ['fetch.writeCommitGraph', 'false'],
  ['fetch.showForcedUpdates', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  // A server must not send us to another one, which may be inside a network that only we can reach.
  ['http.followRedirects', 'false'],
  // A Git whose Fairlead was killed must not wait for a silent server for ever. Bytes a second, seconds.
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '300'],
  ['init.defaultBranch', 'main'],
  ['log.showSignature', 'false'],
  ['protocol.version', '2'],
  ['uploadpack.allowFilter', 'false'],
];

/** The operator's own settings that are honoured, of all that `git config --list` gave. */
export function passedSettings(all: readonly GitSetting[]): readonly GitSetting[] {
  return all.filter(([name]) => passed.test(name) && !/^http\.(.*\.)?followredirects$/i.test(name));
}

interface GitEnvironmentOptions {
  /** Whether a server may be spoken to. Without, Git may use no protocol at all. */
  readonly network: boolean;
  /** Read last, so they win. */
  readonly settings: readonly GitSetting[];
  /** Variables of this call (`GIT_INDEX_FILE`, a credential for the helper). */
  readonly variables: Readonly<Record<string, string>>;
}

/** The whole environment of one Git process. */
export function gitEnvironment(
  surroundings: Environment,
  options: GitEnvironmentOptions,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(surroundings)) {
    if (value === undefined || dropped.has(name) || name.startsWith('LC_')) continue;
    if (name.startsWith('GIT_') && !kept.has(name)) continue;
    result[name] = value;
  }
  Object.assign(result, {
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ADVICE: '0',
    // Wins over every `protocol.*` setting, wherever it comes from.
    GIT_ALLOW_PROTOCOL: options.network ? protocols : 'none',
    ...(options.network ? {} : { GIT_NO_LAZY_FETCH: '1' }),
    SSH_ASKPASS_REQUIRE: 'never',
    GCM_INTERACTIVE: 'never',
    ...options.variables,
  });
  const settings = [...options.settings];
  result['GIT_CONFIG_COUNT'] = String(settings.length);
  for (const [index, [name, value]] of settings.entries()) {
    result[`GIT_CONFIG_KEY_${index}`] = name;
    result[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return result;
}
