import type {
  BinaryExpression,
  Expression,
  FunctionDeclaration,
  TableConstructorExpression,
} from 'luaparse';
import type { Budget } from '../budget.ts';
import { LuaError } from './error.ts';
import { lessThan } from './library.ts';
import type { Scope } from './scope.ts';
import { LuaTable, isTruthy, numberOf, textOf, typeOf } from './values.ts';
import type { LuaFunction, LuaValue } from './values.ts';

/** Runs the body of a function; given by the statements, which use expressions in turn. */
type RunBody = (body: FunctionDeclaration['body'], scope: Scope) => readonly LuaValue[];

/** Deepest nesting of calls, which keeps clear of the limit of the machine's own stack. */
const maxCalls = 100;

/** Values of expressions. */
export class Expressions {
  readonly #budget: Budget;
  readonly #run: RunBody;
  readonly #strings: LuaTable;
  #calls = 0;

  constructor(budget: Budget, strings: LuaTable, run: RunBody) {
    this.#budget = budget;
    this.#strings = strings;
    this.#run = run;
  }

  one(node: Expression, scope: Scope): LuaValue {
    return this.many(node, scope)[0];
  }

  /** Values of a list, of which the last may give several. */
  all(nodes: readonly Expression[], scope: Scope): readonly LuaValue[] {
    const last = nodes.at(-1);
    if (last === undefined) return [];
    const first = nodes.slice(0, -1).map((node) => this.one(node, scope));
    return [...first, ...this.many(last, scope)];
  }

  /** A call and `...` give any number of values, everything else one; in parentheses they give one, too. */
  many(node: Expression, scope: Scope): readonly LuaValue[] {
    this.#budget.spend(1);
    switch (node.type) {
      case 'CallExpression':
        return this.#first(node, this.#call(node.base, node.arguments, scope));
      case 'TableCallExpression':
        return this.#first(node, this.#call(node.base, [node.arguments], scope));
      case 'StringCallExpression':
        return this.#first(node, this.#call(node.base, [node.argument], scope));
      case 'VarargLiteral':
        return this.#first(node, scope.varargs);
      case 'Identifier':
        return [scope.get(node.name)];
      case 'StringLiteral':
      case 'NumericLiteral':
      case 'BooleanLiteral':
        return [node.value];
      case 'NilLiteral':
        return [undefined];
      case 'FunctionDeclaration':
        return [this.closure(node, scope)];
      case 'TableConstructorExpression':
        return [this.#table(node, scope)];
      case 'MemberExpression':
        return [this.index(this.one(node.base, scope), node.identifier.name, node.base)];
      case 'IndexExpression':
        return [this.index(this.one(node.base, scope), this.one(node.index, scope), node.base)];
      case 'LogicalExpression': {
        const left = this.one(node.left, scope);
        const isDecided = isTruthy(left) === (node.operator === 'or');
        return [isDecided ? left : this.one(node.right, scope)];
      }
      case 'UnaryExpression':
        return [this.#unary(node.operator, this.one(node.argument, scope), node)];
      case 'BinaryExpression':
        return [this.#binary(node, this.one(node.left, scope), this.one(node.right, scope))];
    }
  }

  index(base: LuaValue, key: LuaValue, node: Expression): LuaValue {
    if (base instanceof LuaTable) return base.get(key);
    if (typeof base === 'string') return this.#strings.get(key);
    throw new LuaError(`attempt to index a ${typeOf(base)} value${nameOf(node)}`, lineOf(node));
  }

  closure(node: FunctionDeclaration, scope: Scope): LuaFunction {
    const isMethod =
      node.identifier?.type === 'MemberExpression' && node.identifier.indexer === ':';
    const names = node.parameters.flatMap((one) => (one.type === 'Identifier' ? [one.name] : []));
    const parameters = isMethod ? ['self', ...names] : names;
    const isVararg = names.length < node.parameters.length;
    return (args) => {
      const inner = scope.inner(isVararg ? args.slice(parameters.length) : []);
      for (const [at, name] of parameters.entries()) inner.declare(name, args[at]);
      return this.#run(node.body, inner);
    };
  }

  call(called: LuaValue, args: readonly LuaValue[], node: Expression): readonly LuaValue[] {
    if (typeof called !== 'function')
      throw new LuaError(`attempt to call a ${typeOf(called)} value${nameOf(node)}`, lineOf(node));
    if (this.#calls >= maxCalls) throw new LuaError('stack overflow', lineOf(node));
    this.#calls += 1;
    try {
      return called(args);
    } catch (error) {
      if (error instanceof LuaError) error.line ??= lineOf(node);
      throw error;
    } finally {
      this.#calls -= 1;
    }
  }

  #call(base: Expression, nodes: readonly Expression[], scope: Scope): readonly LuaValue[] {
    if (base.type !== 'MemberExpression' || base.indexer !== ':')
      return this.call(this.one(base, scope), this.all(nodes, scope), base);
    const self = this.one(base.base, scope);
    const method = this.index(self, base.identifier.name, base.base);
    return this.call(method, [self, ...this.all(nodes, scope)], base);
  }

  #first(node: Expression, values: readonly LuaValue[]): readonly LuaValue[] {
    return (node as { readonly inParens?: boolean }).inParens === true ? [values[0]] : values;
  }

  #table(node: TableConstructorExpression, scope: Scope): LuaTable {
    const table = new LuaTable();
    for (const [at, field] of node.fields.entries()) {
      if (field.type === 'TableKeyString') table.set(field.key.name, this.one(field.value, scope));
      else if (field.type === 'TableKey')
        table.set(this.one(field.key, scope), this.one(field.value, scope));
      else {
        const isLast = at === node.fields.length - 1;
        const values = isLast ? this.many(field.value, scope) : [this.one(field.value, scope)];
        for (const value of values) table.set(table.items.length + 1, value);
      }
    }
    return table;
  }

  #unary(operator: string, value: LuaValue, node: Expression): LuaValue {
    if (operator === 'not') return !isTruthy(value);
    if (operator === '#') {
      if (typeof value === 'string') return value.length;
      if (value instanceof LuaTable) return value.items.length;
      throw new LuaError(`attempt to get length of a ${typeOf(value)} value`, lineOf(node));
    }
    const number = numberOf(value);
    if (operator === '-' && number !== undefined) return -number;
    throw new LuaError(`attempt to perform arithmetic on a ${typeOf(value)} value`, lineOf(node));
  }

  #binary(node: BinaryExpression, left: LuaValue, right: LuaValue): LuaValue {
    try {
      switch (node.operator) {
        case '==':
          return left === right;
        case '~=':
          return left !== right;
        case '<':
          return lessThan(left, right);
        case '>':
          return lessThan(right, left);
        case '<=':
          return !lessThan(right, left);
        case '>=':
          return !lessThan(left, right);
        case '..':
          return this.#concat(left, right);
        default:
          return arithmetic(node.operator, left, right);
      }
    } catch (error) {
      if (error instanceof LuaError) error.line ??= lineOf(node);
      throw error;
    }
  }

  #concat(left: LuaValue, right: LuaValue): string {
    for (const value of [left, right]) {
      if (typeof value !== 'string' && typeof value !== 'number')
        throw new LuaError(`attempt to concatenate a ${typeOf(value)} value`);
    }
    const [first, second] = [textOf(left), textOf(right)];
    this.#budget.spendText(first.length + second.length);
    return first + second;
  }
}

function arithmetic(operator: string, left: LuaValue, right: LuaValue): number {
  const [one, other] = [numberOf(left), numberOf(right)];
  if (one === undefined || other === undefined) {
    const wrong = one === undefined ? left : right;
    throw new LuaError(`attempt to perform arithmetic on a ${typeOf(wrong)} value`);
  }
  switch (operator) {
    case '+':
      return one + other;
    case '-':
      return one - other;
    case '*':
      return one * other;
    case '/':
      return one / other;
    case '%':
      return one - Math.floor(one / other) * other;
    case '^':
      return one ** other;
    default:
      throw new LuaError(`there is no operator ${operator}`);
  }
}

function nameOf(node: Expression): string {
  if (node.type === 'Identifier') return ` (${node.name})`;
  return node.type === 'MemberExpression' ? ` (field ${node.identifier.name})` : '';
}

/** Line of a node of the syntax tree, from 1. */
export function lineOf(node: {
  readonly loc?: { readonly start: { readonly line: number } } | undefined;
}): number | undefined {
  return node.loc?.start.line;
}
