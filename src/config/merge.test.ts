import { expect, test } from 'vitest';
import type { Config } from '../model/config.ts';
import { emptyConfig } from '../model/config.ts';
import { document, smallest } from './examples.testing.ts';
import { loadConfig } from './load.ts';
import { mergeWithLastGood } from './merge.ts';

type Files = Readonly<Record<string, string>>;

function read(files: Files) {
  return loadConfig(Object.entries(files).map(([file, text]) => ({ file, text })));
}

function merge(before: Files, after: Files) {
  const first = mergeWithLastGood(emptyConfig, read(before));
  expect(first.kept).toEqual([]);
  return { first, ...mergeWithLastGood(first.config, read(after)) };
}

function names(config: Config): readonly string[] {
  return Object.values(config).flatMap((group: ReadonlyMap<string, unknown>) => [...group.keys()]);
}

const app = (name: string, more = '') =>
  document('Application', name, `{path: ${name}, environments: [dev]${more}}`);

test('without problems, the new configuration is in force and what is gone is gone', () => {
  const { config, kept, heldBack, complete } = merge(
    { 'a.yaml': smallest, 'b.yaml': app('web') },
    { 'a.yaml': smallest.replace('path: site', 'path: other') },
  );
  expect(names(config)).toEqual(['here', 'dev', 'site']);
  expect(config.applications.get('site')?.path).toBe('other');
  expect({ kept, heldBack, complete }).toEqual({ kept: [], heldBack: [], complete: true });
});

test('a document with an error keeps its last good version; its neighbours move on', () => {
  const { config, kept } = merge(
    { 'a.yaml': [smallest, app('web'), app('api')].join('---\n') },
    { 'a.yaml': [smallest, app('web', ', wave: soon'), app('api', ', wave: 3')].join('---\n') },
  );
  expect(config.applications.get('web')?.wave).toBe(0);
  expect(config.applications.get('api')?.wave).toBe(3);
  expect(kept).toEqual([
    { kind: 'Application', name: 'web', file: 'a.yaml', reason: 'its new version has errors' },
  ]);
});

test('what is missing from a file with errors does not count as removed', () => {
  const { config, kept, complete } = merge(
    { 'a.yaml': [smallest, app('web'), app('api')].join('---\n') },
    { 'a.yaml': [smallest, app('web', ', wave: soon')].join('---\n') },
  );
  expect(names(config)).toContain('api');
  expect(kept.map(({ name }) => name)).toEqual(['api', 'web']);
  expect(complete).toBe(true);
});

test('what is missing from a sound file counts as removed, although another file has errors', () => {
  const { config } = merge(
    { 'a.yaml': smallest, 'b.yaml': app('web'), 'c.yaml': app('api') },
    { 'a.yaml': smallest, 'b.yaml': app('web', ', wave: soon') },
  );
  expect(names(config)).toContain('web');
  expect(names(config)).not.toContain('api');
});

test('a file that cannot be parsed keeps all of its documents', () => {
  const { config, complete } = merge(
    { 'a.yaml': smallest, 'b.yaml': app('web') },
    { 'a.yaml': `${smallest}---\n"`, 'b.yaml': app('web', ', wave: 2') },
  );
  expect(names(config)).toEqual(['here', 'dev', 'site', 'web']);
  expect(config.applications.get('web')?.wave).toBe(2);
  expect(complete).toBe(false);
});

test('while a document cannot be told by name, nothing at all counts as removed: it may have moved there', () => {
  const { config, complete } = merge(
    { 'a.yaml': smallest, 'b.yaml': app('web') },
    { 'a.yaml': smallest, 'c.yaml': `${app('web')}"` },
  );
  expect(names(config)).toContain('web');
  expect(complete).toBe(false);
});

test('a document that moves to another file and breaks on the way is kept', () => {
  const { config } = merge(
    { 'a.yaml': smallest, 'b.yaml': app('web') },
    { 'a.yaml': smallest, 'c.yaml': app('web', ', prune: maybe') },
  );
  expect(config.applications.get('web')?.origin.file).toBe('b.yaml');
});

test('of two documents with one name, the last good one stays in force', () => {
  const { config } = merge(
    { 'a.yaml': [smallest, app('web', ', wave: 1')].join('---\n') },
    {
      'a.yaml': [smallest, app('web', ', wave: 2')].join('---\n'),
      'b.yaml': app('web', ', wave: 3'),
    },
  );
  expect(config.applications.get('web')?.wave).toBe(1);
});

test('a document that refers to something removed keeps both as they were', () => {
  const target = document('Target', 'there', '{host: {}}');
  const environment = document('Environment', 'qa', '{targets: [there]}');
  const web = document('Application', 'web', '{path: web, environments: [qa]}');
  const { config, kept } = merge(
    { 'a.yaml': smallest, 'b.yaml': target, 'c.yaml': environment, 'd.yaml': web },
    { 'a.yaml': smallest, 'd.yaml': web },
  );
  expect(names(config)).toEqual(['here', 'there', 'dev', 'qa', 'site', 'web']);
  expect(kept.map(({ kind, reason }) => [kind, reason])).toEqual([
    ['Application', 'there is no Environment "qa"'],
    ['Environment', 'Application/web still refers to it'],
    ['Target', 'Environment/qa still refers to it'],
  ]);
});

test('a circle that new versions close keeps the old versions', () => {
  const { config, heldBack } = merge(
    { 'a.yaml': [smallest, app('a'), app('b', ', dependsOn: [a]')].join('---\n') },
    {
      'a.yaml': [smallest, app('a', ', dependsOn: [b]'), app('b', ', dependsOn: [a]')].join(
        '---\n',
      ),
    },
  );
  expect(config.applications.get('a')?.dependsOn).toEqual([]);
  expect(config.applications.get('b')?.dependsOn).toEqual(['a']);
  expect(heldBack).toEqual([]);
});

test('a new version that closes a circle with a kept old one falls back, too', () => {
  const { config } = merge(
    { 'a.yaml': smallest, 'b.yaml': app('b', ', dependsOn: [a]'), 'c.yaml': app('a') },
    { 'a.yaml': smallest, 'b.yaml': app('b', ', wave: x'), 'c.yaml': app('a', ', dependsOn: [b]') },
  );
  expect(config.applications.get('a')?.dependsOn).toEqual([]);
  expect(config.applications.get('b')?.dependsOn).toEqual(['a']);
});

test('a new document that depends on a broken new one is held back, not half in force', () => {
  const { config, heldBack } = merge(
    { 'a.yaml': smallest },
    {
      'a.yaml': [smallest, app('api', ', wave: x'), app('web', ', dependsOn: [api]')].join('---\n'),
    },
  );
  expect(names(config)).toEqual(['here', 'dev', 'site']);
  expect(heldBack.map(({ name }) => name)).toEqual(['web', 'api']);
});

test('a broken document that was never understood is held back, not missing', () => {
  const loaded = read({ 'a.yaml': [smallest, app('api', ', wave: x')].join('---\n') });
  const { heldBack, complete } = mergeWithLastGood(emptyConfig, loaded);
  expect(heldBack).toMatchObject([{ kind: 'Application', name: 'api', file: 'a.yaml' }]);
  expect(complete).toBe(true);
});

test('an application that its project no longer allows is held back, not removed', () => {
  const web = document('Application', 'web', '{path: web, environments: [dev], project: shop}');
  const { config, heldBack } = merge(
    { 'a.yaml': smallest, 'b.yaml': web, 'p.yaml': document('Project', 'shop', '{}') },
    {
      'a.yaml': smallest,
      'b.yaml': web,
      'p.yaml': document('Project', 'shop', '{targets: [prod-*]}'),
    },
  );
  expect(config.applications.has('web')).toBe(false);
  expect(heldBack).toMatchObject([{ kind: 'Application', name: 'web' }]);
});

test('an application that was renamed is handed over, although its file has errors elsewhere', () => {
  const { config } = merge(
    { 'a.yaml': [smallest, app('web'), app('api')].join('---\n') },
    {
      'a.yaml': [smallest, app('shop', ', previousNames: [web]'), app('api', ', wave: x')].join(
        '---\n',
      ),
    },
  );
  expect([...config.applications.keys()].toSorted()).toEqual(['api', 'shop', 'site']);
});

test('errors that last through several commits lose nothing', () => {
  const good = mergeWithLastGood(emptyConfig, read({ 'a.yaml': smallest }));
  const once = mergeWithLastGood(good.config, read({ 'a.yaml': '"' }));
  const twice = mergeWithLastGood(once.config, read({ 'a.yaml': '{{' }));
  expect(names(twice.config)).toEqual(names(good.config));
  const repaired = mergeWithLastGood(twice.config, read({ 'a.yaml': smallest }));
  expect(repaired).toEqual({ config: good.config, kept: [], heldBack: [], complete: true });
});

test('a configuration of nothing but errors changes nothing', () => {
  const { config, first } = merge({ 'a.yaml': smallest }, { 'a.yaml': '# empty\n' });
  expect(config).toEqual(first.config);
});

test('applications of the default project wait while its document has errors and none was good before', () => {
  const limits = document('Project', 'default', '{hostPaths: [srv]}');
  const { config, heldBack } = mergeWithLastGood(
    emptyConfig,
    read({ 'a.yaml': smallest, 'b.yaml': limits }),
  );
  expect(names(config)).toEqual(['here', 'dev']);
  expect(heldBack).toContainEqual({
    kind: 'Application',
    name: 'site',
    file: 'a.yaml',
    reason: 'Project/default, which may limit it, cannot be used',
  });
});

test('applications of the default project wait where it may hide in what could not be read at first', () => {
  const { config } = mergeWithLastGood(
    emptyConfig,
    read({ 'a.yaml': smallest, 'b.yaml': 'kind: Project\nmetadata: [\n' }),
  );
  expect(config.applications.size).toBe(0);
});

test.each([
  ['no name', 'kind: Project\nmetadata: {}\n'],
  ['a number for a name', 'kind: Project\nmetadata: {name: 1}\n'],
  ['a name that none may have', 'kind: Project\nmetadata: {name: Default}\n'],
  ['a name under a misspelt field', 'kind: Project\nmetadata: {nane: default}\n'],
  ['no kind', 'metadata: {name: default}\n'],
  ['a misspelt kind and no name', 'kind: Projct\nmetadata: {}\n'],
])('applications of the default project wait where a document has %s', (_, text) => {
  const limits = `apiVersion: fairlead.dev/v1alpha1\n${text}spec: {hostPaths: [/srv]}\n`;
  const first = mergeWithLastGood(emptyConfig, read({ 'a.yaml': smallest, 'b.yaml': limits }));
  expect(first.config.applications.size).toBe(0);
  expect(first.heldBack.map(({ name }) => name)).toContain('site');
});

test('applications of the default project wait where its document gets lost later, and go on as they were', () => {
  const limits = 'apiVersion: fairlead.dev/v1alpha1\nkind: Project\nspec: {hostPaths: [/srv]}\n';
  const { config } = merge(
    { 'a.yaml': smallest },
    { 'a.yaml': [smallest, app('api')].join('---\n'), 'b.yaml': limits },
  );
  expect([...config.applications.keys()]).toEqual(['site']);
});

test('a document of another kind that has no name holds up nobody else', () => {
  const nameless = 'apiVersion: fairlead.dev/v1alpha1\nkind: Application\nspec: {path: x}\n';
  const { config } = mergeWithLastGood(
    emptyConfig,
    read({ 'a.yaml': smallest, 'b.yaml': nameless }),
  );
  expect([...config.applications.keys()]).toEqual(['site']);
});

test('a default project that comes with errors stops new applications; those that ran without it go on', () => {
  const limits = document('Project', 'default', '{hostPaths: [srv]}');
  const { config } = merge(
    { 'a.yaml': [smallest, app('web')].join('---\n') },
    { 'a.yaml': [smallest, app('web', ', wave: 3'), app('api')].join('---\n'), 'b.yaml': limits },
  );
  expect([...config.applications.keys()].toSorted()).toEqual(['site', 'web']);
  expect(config.applications.get('web')?.wave).toBe(0);
});

test('an application of a project of its own does not wait for the default one', () => {
  const { config } = mergeWithLastGood(
    emptyConfig,
    read({
      'a.yaml': [smallest, document('Project', 'own', '{}'), app('web', ', project: own')].join(
        '---\n',
      ),
      'b.yaml': document('Project', 'default', '{hostPaths: [srv]}'),
    }),
  );
  expect([...config.applications.keys()]).toEqual(['web']);
});
