import { expect, test } from 'vitest';
import { document, smallest } from './examples.testing.ts';
import { loadConfig } from './load.ts';

function load(...documents: readonly string[]) {
  return loadConfig([{ file: 'fairlead.yaml', text: documents.join('---\n') }]);
}

test('the smallest complete example gives a whole configuration', () => {
  const { config, problems } = load(smallest);
  expect(problems).toEqual([]);
  expect(config.targets.get('here')).toEqual({
    name: 'here',
    driver: 'host',
    settings: {},
    origin: { file: 'fairlead.yaml', line: 1 },
  });
  expect(config.environments.get('dev')).toEqual({
    name: 'dev',
    targets: ['here'],
    sync: 'auto',
    ephemeral: false,
    origin: { file: 'fairlead.yaml', line: 6 },
  });
  expect(config.applications.get('site')).toEqual({
    name: 'site',
    previousNames: [],
    project: 'default',
    source: '',
    path: 'site',
    pathLine: 14,
    environments: ['dev'],
    sync: null,
    prune: true,
    selfHeal: true,
    allowEmpty: false,
    onRemoval: 'confirm',
    dependsOn: [],
    wave: 0,
    retry: { limit: null, initialMs: 1000, factor: 2, maxMs: 300_000 },
    timeouts: { renderMs: 10_000, applyMs: 60_000, healthMs: 60_000 },
    onFailure: 'revert',
    maxPrunePercent: 20,
    healthChecks: [],
    origin: { file: 'fairlead.yaml', line: 11 },
  });
});

test('every field of every kind reaches the internal form', () => {
  const { config, problems } = load(
    smallest,
    document('Application', 'api', '{path: api, environments: [dev]}'),
    document(
      'Project',
      'shop',
      '{sources: ["https://git.example/**"], targets: [here], kinds: [host.fairlead.dev/File], hostPaths: [/srv]}',
    ),
    document(
      'Source',
      'code',
      '{url: https://git.example/shop, semver: ^1.2, interval: 5m, timeout: 30s, allowForcedPush: true, auth: {token: {username: bot, fromEnv: TOKEN}}, verify: {ssh: {keyFiles: [/etc/signers]}}}',
    ),
    document(
      'Source',
      'keys',
      '{url: git@git.example:shop.git, branch: main, auth: {ssh: {keyFile: /etc/key, knownHostsFile: /etc/hosts}}}',
    ),
    document('Environment', 'review', '{targets: [here], sync: manual, ephemeral: true}'),
    document(
      'Application',
      'web',
      `
  path: ./{application}//{environment}/
  source: code
  project: shop
  environments: [dev, review]
  previousNames: [old-web]
  sync: manual
  prune: false
  selfHeal: false
  allowEmpty: true
  onRemoval: orphan
  dependsOn: [api]
  wave: -2
  retry: {limit: 5, backoff: {initial: 200ms, factor: 1.5, max: 1m}}
  timeouts: {render: 5s, apply: 2m, health: 90s}
  onFailure: stay
  maxPrunePercent: 50
  healthChecks:
    - {name: front, timeout: 1s, http: {url: "http://127.0.0.1:80/", expectStatus: 204}}
    - {name: port, tcp: {port: 80}}
    - {name: self, exec: {argv: [test, -f, /srv/x]}}
`,
    ),
  );
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(config.applications.get('web')).toMatchObject({
    path: 'web/{environment}',
    source: 'code',
    project: 'shop',
    environments: ['dev', 'review'],
    previousNames: ['old-web'],
    sync: 'manual',
    prune: false,
    selfHeal: false,
    allowEmpty: true,
    onRemoval: 'orphan',
    dependsOn: ['api'],
    wave: -2,
    retry: { limit: 5, initialMs: 200, factor: 1.5, maxMs: 60_000 },
    timeouts: { renderMs: 5000, applyMs: 120_000, healthMs: 90_000 },
    onFailure: 'stay',
    maxPrunePercent: 50,
    healthChecks: [
      {
        kind: 'http',
        name: 'front',
        url: 'http://127.0.0.1:80/',
        expectStatus: 204,
        timeoutMs: 1000,
      },
      { kind: 'tcp', name: 'port', host: '127.0.0.1', port: 80, timeoutMs: 5000 },
      { kind: 'exec', name: 'self', argv: ['test', '-f', '/srv/x'], timeoutMs: 5000 },
    ],
  });
  expect(config.sources.get('code')).toMatchObject({
    url: 'https://git.example/shop',
    follow: { kind: 'semver', range: '^1.2' },
    intervalMs: 300_000,
    timeoutMs: 30_000,
    allowForcedPush: true,
    auth: { kind: 'token', username: 'bot', fromEnv: 'TOKEN' },
    verify: { kind: 'ssh', keyFiles: ['/etc/signers'] },
  });
  expect(config.sources.get('keys')).toMatchObject({
    follow: { kind: 'branch', name: 'main' },
    auth: { kind: 'ssh', keyFile: '/etc/key', knownHostsFile: '/etc/hosts' },
    verify: null,
  });
  expect(config.environments.get('review')).toMatchObject({ sync: 'manual', ephemeral: true });
  expect(config.projects.get('shop')).toMatchObject({
    sources: ['https://git.example/**'],
    targets: ['here'],
    kinds: ['host.fairlead.dev/File'],
    hostPaths: ['/srv'],
  });
});

test("what names no namespace goes where a chart's release is, and the other way round", () => {
  const inApplication = (text: string) => {
    const spec = `{path: site, environments: [dev], ${text}}`;
    const application = document('Application', 'shop', spec);
    const { config, problems } = load(smallest, application);
    expect(problems).toEqual([]);
    const { helm, kubernetes } = config.applications.get('shop') ?? {};
    return [helm?.namespace, kubernetes?.namespace];
  };
  const both = ['web-shop-{environment}', 'web-shop-{environment}'];
  const name = 'namespace: "web-{application}-{environment}"';
  expect(inApplication(`helm: {${name}}`)).toEqual(both);
  expect(inApplication(`kubernetes: {${name}}`)).toEqual(both);
  expect(inApplication('helm: {namespace: a}, kubernetes: {namespace: b}')).toEqual(['a', 'b']);
  expect(inApplication('helm: {namespace: a}, kubernetes: {syncOptions: []}')).toEqual(['a', 'a']);
});

test("a source without a reference follows the remote's default branch", () => {
  const { config } = load(document('Source', 'code', '{url: /srv/git/shop.git}'));
  expect(config.sources.get('code')?.follow).toEqual({ kind: 'branch', name: 'HEAD' });
});

test('an environment waits for approval unless it says otherwise', () => {
  const { config } = load(smallest, document('Environment', 'prod', '{targets: [here]}'));
  expect(config.environments.get('prod')?.sync).toBe('approve');
});

test('every problem of every file is told, in the order of reading', () => {
  const { problems } = loadConfig([
    { file: 'b.yaml', text: document('Environment', 'qa', '{targets: [], sync: often, x: 1}') },
    { file: 'a.yaml', text: 'a: "open\n' },
    {
      file: 'c.yaml',
      text: document('Application', 'Web', '{path: /x, environments: [1], wave: 1.5, tag: v}'),
    },
    { file: 'd.yaml', unreadable: 'the file is not UTF-8 text' },
  ]);
  expect(problems.map(({ file, path, code }) => `${file} ${path} ${code}`)).toEqual([
    'a.yaml  config.yaml-syntax',
    'b.yaml spec.targets config.invalid-value',
    'b.yaml spec.sync config.invalid-value',
    'b.yaml spec.x config.unknown-field',
    'c.yaml metadata.name config.invalid-value',
    'c.yaml spec.path config.invalid-value',
    'c.yaml spec.environments[0] config.invalid-value',
    'c.yaml spec.wave config.invalid-value',
    'c.yaml spec.tag config.unknown-field',
    'd.yaml  config.unreadable',
  ]);
});

test('a reference to nothing is told with the nearest name', () => {
  const { problems, config } = load(
    smallest,
    document(
      'Application',
      'web',
      '{path: web, environments: [dve], source: cod, project: shp, dependsOn: [sit]}',
    ),
    document('Environment', 'qa', '{targets: [hree]}'),
  );
  expect(
    problems.map(({ code, path, suggestion, line }) => [code, path, suggestion, line]),
  ).toEqual([
    ['config.unknown-reference', 'spec.environments[0]', 'dev', 19],
    ['config.unknown-reference', 'spec.source', null, 19],
    ['config.unknown-reference', 'spec.project', null, 19],
    ['config.unknown-reference', 'spec.dependsOn[0]', 'site', 19],
    ['config.unknown-reference', 'spec.targets[0]', 'here', 24],
  ]);
  expect([...config.applications.keys()]).toEqual(['site']);
  expect([...config.environments.keys()]).toEqual(['dev']);
});

test('a reference to a document that has errors is not called unknown', () => {
  const { problems, config } = load(
    document('Target', 'here', '{host: {bad: 1}}'),
    document('Environment', 'dev', '{targets: [here]}'),
    document('Application', 'web', '{path: web, environments: [dev]}'),
  );
  expect(problems.map(({ code }) => code)).toEqual(['config.unknown-field']);
  expect(config.environments.size + config.applications.size).toBe(0);
});

test('a reference that may lead into an unreadable file is a warning only', () => {
  const { problems } = loadConfig([
    { file: 'a.yaml', text: '{' },
    { file: 'b.yaml', text: document('Environment', 'dev', '{targets: [here]}') },
  ]);
  expect(problems.map(({ severity, code }) => [severity, code])).toEqual([
    ['error', 'config.yaml-syntax'],
    ['warning', 'config.unknown-reference'],
  ]);
});

test('two documents of one name refuse each other, naming both places', () => {
  const { problems, config } = loadConfig([
    { file: 'a.yaml', text: smallest },
    { file: 'b.yaml', text: document('Application', 'site', '{path: other, environments: [dev]}') },
  ]);
  expect(problems.map(({ file, line, message }) => [file, line, message])).toEqual([
    ['a.yaml', 13, 'there is another Application "site" at b.yaml:3'],
    ['b.yaml', 3, 'there is another Application "site" at a.yaml:13'],
  ]);
  expect(config.applications.size).toBe(0);
});

test('the same name for documents of different kinds is fine', () => {
  const { problems } = load(smallest, document('Environment', 'site', '{targets: [here]}'));
  expect(problems).toEqual([]);
});

test('a circle of dependencies is named at each of its members, and the others go on', () => {
  const app = (name: string, dependsOn: string) =>
    document(
      'Application',
      name,
      `{path: ${name}, environments: [dev], dependsOn: [${dependsOn}]}`,
    );
  const { problems, config } = load(
    smallest,
    app('a', 'site, b'),
    app('b', 'c'),
    app('c', 'a'),
    app('d', 'site'),
  );
  expect(problems.map(({ code, path, message }) => [code, path, message])).toEqual([
    ['config.dependency-cycle', 'spec.dependsOn[1]', 'depends on itself: a → b → c → a'],
    ['config.dependency-cycle', 'spec.dependsOn[0]', 'depends on itself: a → b → c → a'],
    ['config.dependency-cycle', 'spec.dependsOn[0]', 'depends on itself: a → b → c → a'],
  ]);
  expect([...config.applications.keys()]).toEqual(['d', 'site']);
});

test('a dependency that does not run in the same environment is a warning', () => {
  const { problems, config } = load(
    smallest,
    document('Environment', 'prod', '{targets: [here]}'),
    document('Application', 'web', '{path: web, environments: [dev, prod], dependsOn: [site]}'),
  );
  expect(problems).toMatchObject([
    {
      severity: 'warning',
      code: 'config.dependency-elsewhere',
      message: '"site" does not run in prod, so "web" does not wait for it there',
    },
  ]);
  expect(config.applications.has('web')).toBe(true);
});

test('a project refuses targets and sources beyond its list', () => {
  const { problems, config } = load(
    smallest,
    document('Target', 'there', '{host: {}}'),
    document('Environment', 'prod', '{targets: [there]}'),
    document('Source', 'code', '{url: https://git.example/other/x}'),
    document('Project', 'shop', '{targets: [here], sources: ["https://git.example/shop/*"]}'),
    document(
      'Application',
      'web',
      '{path: web, source: code, project: shop, environments: [dev, prod]}',
    ),
    document('Application', 'own', '{path: own, project: shop, environments: [dev]}'),
  );
  expect(problems.map(({ code, path, message }) => [code, path, message])).toEqual([
    ['config.not-allowed', 'spec.source', 'project "shop" does not allow the source "code"'],
    [
      'config.not-allowed',
      'spec.environments[1]',
      'project "shop" does not allow the target "there" of environment "prod"',
    ],
    [
      'config.not-allowed',
      'spec.project',
      'project "shop" does not allow the repository that holds this file',
    ],
  ]);
  expect([...config.applications.keys()]).toEqual(['site']);
});

test('a former name must be free and claimed once', () => {
  const app = (name: string, former: string) =>
    document(
      'Application',
      name,
      `{path: ${name}, environments: [dev], previousNames: [${former}]}`,
    );
  const { problems } = load(smallest, app('a', 'site'), app('b', 'old'), app('c', 'old'));
  expect(problems.map(({ message }) => message)).toEqual([
    'the former name "site" is the name of an application',
    'the former name "old" is also claimed by "c"',
    'the former name "old" is also claimed by "b"',
  ]);
});

test('files without a document are no configuration', () => {
  const { problems } = loadConfig([{ file: 'fairlead.yaml', text: '# nothing yet\n' }]);
  expect(problems).toMatchObject([{ code: 'config.missing', file: 'fairlead.yaml' }]);
  expect(loadConfig([]).problems).toHaveLength(1);
});

test('a thousand applications in one file are read in time', () => {
  const many = Array.from({ length: 1000 }, (_, at) =>
    document(
      'Application',
      `app-${at}`,
      `{path: apps/app-${at}, environments: [dev], dependsOn: [${at === 0 ? '' : `app-${at - 1}`}]}`,
    ),
  );
  const { problems, config } = load(smallest, ...many);
  expect(problems).toEqual([]);
  expect(config.applications.size).toBe(1001);
}, 5000);

test('a long chain of dependants of a broken application is held back in time', () => {
  const many = Array.from({ length: 2000 }, (_, at) =>
    document(
      'Application',
      `app-${at}`,
      `{path: a, environments: [dev], dependsOn: [${at === 0 ? 'gone' : `app-${at - 1}`}]}`,
    ),
  );
  const { problems, config } = load(smallest, ...many);
  expect(problems).toHaveLength(1);
  expect([...config.applications.keys()]).toEqual(['site']);
}, 5000);
