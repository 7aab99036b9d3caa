import { posix, resolve, sep } from 'node:path';
import {
  edges,
  engine,
  forbiddenGlobals,
  forbiddenMembers,
  pure,
  purePackages,
  root,
} from './layers.js';

/**
 * Two lint rules that the linter does not bring: `layers` (which folder of `src/` may import which) and
 * `deterministic` (no clock, timer or random in the engine). The table is in `layers.js`.
 */

/** Where a file stands under `src/`, as path parts; undefined outside of it and for tests, which may import anything. */
function place(file) {
  const parts = file.split(sep);
  const src = parts.lastIndexOf('src');
  if (src < 0 || /\.(test|bench)\.ts$/.test(file)) return undefined;
  return parts.slice(src + 1);
}

/** The import's target: a path below `src/`, or the name of a package or Node module. */
function target(file, specifier) {
  if (!specifier.startsWith('.')) return { kind: 'package', name: specifier };
  const absolute = resolve(file, '..', specifier).split(sep).join(posix.sep);
  const src = absolute.lastIndexOf('/src/');
  return src < 0
    ? { kind: 'outside', name: absolute }
    : { kind: 'source', parts: absolute.slice(src + 5).split('/') };
}

/** Why this import is refused, or undefined. */
function refusal(from, to, typeOnly) {
  const layer = from[0];
  const name = to.kind === 'source' ? to.parts[0] : to.name;
  const allowed = Object.hasOwn(pure, layer) ? pure[layer] : undefined;
  if (to.kind === 'package' && purePackages[layer]?.includes(name) === true) return undefined;
  if (allowed !== undefined && !(to.kind === 'source' && allowed.includes(name))) {
    return `src/${layer} is pure: it imports only ${allowed.map((one) => `src/${one}`).join(', ')}, not ${name}`;
  }
  if (engine.includes(layer)) {
    if (to.kind === 'package' && to.name.startsWith('node:')) {
      return `src/${layer} runs under the simulator: ${name} comes through a port, as an argument`;
    }
    if (name === 'system' && to.kind === 'source' && !typeOnly) {
      return `src/${layer} runs under the simulator: import only types from src/system and take the value as an argument`;
    }
  }
  if (to.kind !== 'source') return undefined;
  if (edges.includes(name) && layer !== name && layer !== root) {
    return `src/${name} is an edge: nothing but src/${root} imports it`;
  }
  const isTarget = (parts) => parts[0] === 'targets' && parts.length > 2;
  if (isTarget(from) && isTarget(to.parts) && from[1] !== to.parts[1]) {
    return `src/targets/${from[1]} never imports src/targets/${to.parts[1]}: share through src/targets/*.ts`;
  }
  return undefined;
}

const layers = {
  create(context) {
    const from = place(context.filename);
    if (from === undefined) return {};
    const check = (source, typeOnly) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const why = refusal(from, target(context.filename, source.value), typeOnly);
      if (why !== undefined) context.report({ node: source, message: why });
    };
    return {
      ImportDeclaration: (node) => check(node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node.source, false),
      TSImportType: (node) => check(node.source ?? node.argument, true),
    };
  },
};

const deterministic = {
  create(context) {
    const from = place(context.filename);
    if (from === undefined || !(Object.hasOwn(pure, from[0]) || engine.includes(from[0])))
      return {};
    const refuse = (node, what, instead) =>
      context.report({
        node,
        message: `src/${from[0]} is deterministic: not ${what} but ${instead}`,
      });
    /** A name that no declaration of the file introduces. */
    const isGlobal = (node) => {
      for (let scope = context.sourceCode.getScope(node); scope !== null; scope = scope.upper) {
        const variable = scope.set.get(node.name);
        if (variable !== undefined) return variable.defs.length === 0;
      }
      return true;
    };
    const isDate = (node) => node.type === 'Identifier' && node.name === 'Date' && isGlobal(node);
    return {
      ImportExpression: (node) => refuse(node, 'import()', 'a static import or a port'),
      NewExpression(node) {
        if (isDate(node.callee) && node.arguments.length === 0) {
          refuse(node, 'new Date()', 'Clock.nowMs');
        }
      },
      CallExpression(node) {
        if (isDate(node.callee)) refuse(node, 'Date()', 'Clock.nowMs');
      },
      MemberExpression(node) {
        if (node.object.type !== 'Identifier') return;
        const member = node.computed ? node.property.value : node.property.name;
        const name = `${node.object.name}.${member}`;
        if (Object.hasOwn(forbiddenMembers, name) && isGlobal(node.object)) {
          refuse(node, name, forbiddenMembers[name]);
        }
      },
      'Program:exit'() {
        const { globalScope } = context.sourceCode.scopeManager;
        const references = [
          ...globalScope.through,
          ...globalScope.variables.filter((v) => v.defs.length === 0).flatMap((v) => v.references),
        ];
        for (const { identifier } of references) {
          if (Object.hasOwn(forbiddenGlobals, identifier.name)) {
            refuse(identifier, identifier.name, forbiddenGlobals[identifier.name]);
          }
        }
      },
    };
  },
};

export default { meta: { name: 'fairlead' }, rules: { layers, deterministic } };
