import { expect, test } from 'vitest';
import type { JsonObject } from '../../../model/json.ts';
import { healthOf } from '../health-of.ts';
import { userRules } from './rules.ts';
import type { HealthRule } from './rules.ts';

const says = (word: string): string => `return { status = "Healthy", message = "${word}" }`;

function message(rules: readonly HealthRule[], apiVersion: string, kind: string): string {
  return healthOf({ apiVersion, kind }, { ruleFor: userRules(rules) }).message;
}

test("a user's rule comes before that of the kind", () => {
  const rules = [{ group: 'apps', kind: 'Deployment', lua: says('mine') }];
  expect(message(rules, 'apps/v1', 'Deployment')).toBe('mine');
  expect(message(rules, 'apps/v1', 'DaemonSet')).toBe('its controller has not looked at it yet');
});

test('the most particular rule counts', () => {
  const rules = [
    { group: '*.example.org', kind: '*', lua: says('all alike') },
    { group: 'db.example.org', kind: '*', lua: says('its group') },
    { group: 'db.example.org', kind: 'Table', lua: says('its kind') },
    { group: '*.example.org', kind: 'Queue', lua: says('its kind, all alike') },
  ];
  expect(message(rules, 'db.example.org/v1', 'Table')).toBe('its kind');
  expect(message(rules, 'db.example.org/v1', 'View')).toBe('its group');
  expect(message(rules, 'mq.example.org/v2', 'Queue')).toBe('its kind, all alike');
  expect(message(rules, 'mq.example.org/v2', 'Topic')).toBe('all alike');
  expect(message(rules, 'example.org/v1', 'Topic')).toBe('is there');
});

test('an object that is being deleted is not asked about', () => {
  const object: JsonObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { deletionTimestamp: '2026-11-28T07:00:00Z' },
  };
  const ruleFor = userRules([{ group: '', kind: 'Secret', lua: says('mine') }]);
  expect(healthOf(object, { ruleFor }).message).toBe('is being deleted');
});

test('a rule that cannot be read makes its objects Unknown, and no others', () => {
  const ruleFor = userRules([
    { group: '', kind: 'Secret', cel: { current: 'status..x' } },
    { group: '', kind: 'ConfigMap' },
  ]);
  expect(healthOf({ apiVersion: 'v1', kind: 'Secret' }, { ruleFor })).toEqual({
    status: 'Unknown',
    message: 'its health rule cannot be read: is not CEL: Expected IDENTIFIER, got DOT',
  });
  expect(healthOf({ apiVersion: 'v1', kind: 'ConfigMap' }, { ruleFor }).status).toBe('Unknown');
  expect(healthOf({ apiVersion: 'v1', kind: 'Endpoints' }, { ruleFor }).status).toBe('Healthy');
});

test('a rule sees which keys a Secret has, never what they hold', () => {
  const object: JsonObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'keys',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'hunter2' },
    },
    data: { password: 'aHVudGVyMg==' },
    stringData: { other: 'hunter2' },
  };
  const lua = `
    local found = ""
    for key, value in pairs(obj.data) do found = found .. key .. "=" .. value .. " " end
    return { status = "Healthy", message = found .. tostring(obj.stringData) .. tostring(obj.metadata.annotations) .. obj.metadata.name }`;
  const ruleFor = userRules([{ group: '', kind: 'Secret', lua }]);
  expect(healthOf(object, { ruleFor }).message).toBe('password= other= nilnilkeys');
});
