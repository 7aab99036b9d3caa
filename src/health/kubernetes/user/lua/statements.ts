import type {
  AssignmentStatement,
  ForGenericStatement,
  ForNumericStatement,
  FunctionDeclaration,
  IfStatement,
  Statement,
} from 'luaparse';
import type { Budget } from '../budget.ts';
import { LuaError } from './error.ts';
import { Expressions, lineOf } from './expressions.ts';
import { globalsFor } from './library.ts';
import { Scope } from './scope.ts';
import { LuaTable, isTruthy, numberOf } from './values.ts';
import type { LuaValue } from './values.ts';

/** How a block ended: `null` at its end, else what is to be done next further out. */
type End =
  | null
  | { readonly kind: 'break' }
  | { readonly kind: 'goto'; readonly label: string }
  | { readonly kind: 'return'; readonly values: readonly LuaValue[] };

/** Runs a script with `obj` as its one global, and gives what it returns. @throws LuaError, BudgetSpent */
export function runScript(
  body: readonly Statement[],
  obj: LuaValue,
  budget: Budget,
): readonly LuaValue[] {
  const globals = globalsFor(budget);
  const strings = globals.get('string');
  globals.set('obj', obj);
  const statements = new Statements(budget, strings instanceof LuaTable ? strings : new LuaTable());
  return statements.body(body, new Scope(globals, null));
}

class Statements {
  readonly #budget: Budget;
  readonly #expressions: Expressions;

  constructor(budget: Budget, strings: LuaTable) {
    this.#budget = budget;
    this.#expressions = new Expressions(budget, strings, (body, scope) => this.body(body, scope));
  }

  body(statements: readonly Statement[], scope: Scope): readonly LuaValue[] {
    const end = this.#block(statements, scope);
    return end?.kind === 'return' ? end.values : [];
  }

  #block(statements: readonly Statement[], scope: Scope): End {
    for (let at = 0; at < statements.length; at += 1) {
      const statement = statements[at];
      if (statement === undefined) break;
      const end = this.#statement(statement, scope);
      if (end === null) continue;
      const label = end.kind === 'goto' ? labelAt(statements, end.label) : -1;
      if (label < 0) return end;
      at = label;
    }
    return null;
  }

  #statement(node: Statement, scope: Scope): End {
    this.#budget.spend(1);
    switch (node.type) {
      case 'LocalStatement': {
        const values = this.#expressions.all(node.init, scope);
        for (const [at, { name }] of node.variables.entries()) scope.declare(name, values[at]);
        return null;
      }
      case 'AssignmentStatement':
        return this.#assign(node, scope);
      case 'CallStatement':
        this.#expressions.many(node.expression, scope);
        return null;
      case 'FunctionDeclaration':
        return this.#declare(node, scope);
      case 'IfStatement':
        return this.#if(node, scope);
      case 'WhileStatement':
        return this.#loop(
          () => isTruthy(this.#expressions.one(node.condition, scope)),
          () => this.#block(node.body, scope.inner()),
        );
      case 'RepeatStatement': {
        let inner = scope.inner();
        let isFirst = true;
        return this.#loop(
          () => isFirst || !isTruthy(this.#expressions.one(node.condition, inner)),
          () => {
            isFirst = false;
            inner = scope.inner();
            return this.#block(node.body, inner);
          },
        );
      }
      case 'DoStatement':
        return this.#block(node.body, scope.inner());
      case 'ForNumericStatement':
        return this.#forNumbers(node, scope);
      case 'ForGenericStatement':
        return this.#forEach(node, scope);
      case 'ReturnStatement':
        return { kind: 'return', values: this.#expressions.all(node.arguments, scope) };
      case 'BreakStatement':
        return { kind: 'break' };
      case 'GotoStatement':
        return { kind: 'goto', label: node.label.name };
      case 'LabelStatement':
        return null;
    }
  }

  #loop(goesOn: () => boolean, pass: () => End): End {
    while (goesOn()) {
      this.#budget.spend(1);
      const end = pass();
      if (end?.kind === 'break') return null;
      if (end !== null) return end;
    }
    return null;
  }

  #if(node: IfStatement, scope: Scope): End {
    for (const clause of node.clauses) {
      if (clause.type === 'ElseClause' || isTruthy(this.#expressions.one(clause.condition, scope)))
        return this.#block(clause.body, scope.inner());
    }
    return null;
  }

  #forNumbers(node: ForNumericStatement, scope: Scope): End {
    const [start, end, step] = [node.start, node.end, node.step].map((part) =>
      part === null ? 1 : numberOf(this.#expressions.one(part, scope)),
    );
    if (start === undefined || end === undefined || step === undefined || step === 0)
      throw new LuaError("'for' needs numbers, and a step that is not 0", lineOf(node));
    let value = start - step;
    return this.#loop(
      () => (step > 0 ? value + step <= end : value + step >= end),
      () => {
        value += step;
        const inner = scope.inner();
        inner.declare(node.variable.name, value);
        return this.#block(node.body, inner);
      },
    );
  }

  #forEach(node: ForGenericStatement, scope: Scope): End {
    const [next, state, first] = this.#expressions.all(node.iterators, scope);
    const iterator = node.iterators[0];
    let control = first;
    let values: readonly LuaValue[] = [];
    return this.#loop(
      () => {
        if (iterator === undefined) return false;
        values = this.#expressions.call(next, [state, control], iterator);
        control = values[0];
        return control !== undefined;
      },
      () => {
        const inner = scope.inner();
        for (const [at, { name }] of node.variables.entries()) inner.declare(name, values[at]);
        return this.#block(node.body, inner);
      },
    );
  }

  #declare(node: FunctionDeclaration, scope: Scope): End {
    const { identifier } = node;
    if (identifier === null) return null;
    if (node.isLocal && identifier.type === 'Identifier') {
      scope.declare(identifier.name, undefined);
      scope.set(identifier.name, this.#expressions.closure(node, scope));
    } else this.#store(identifier, this.#expressions.closure(node, scope), scope);
    return null;
  }

  #assign(node: AssignmentStatement, scope: Scope): End {
    const values = this.#expressions.all(node.init, scope);
    for (const [at, variable] of node.variables.entries()) this.#store(variable, values[at], scope);
    return null;
  }

  #store(variable: AssignmentStatement['variables'][number], value: LuaValue, scope: Scope): void {
    if (variable.type === 'Identifier') return scope.set(variable.name, value);
    const base = this.#expressions.one(variable.base, scope);
    const key =
      variable.type === 'MemberExpression'
        ? variable.identifier.name
        : this.#expressions.one(variable.index, scope);
    if (!(base instanceof LuaTable)) {
      this.#expressions.index(undefined, key, variable.base);
      return undefined;
    }
    if (key === undefined || Number.isNaN(key))
      throw new LuaError('table index is nil or NaN', lineOf(variable));
    return base.set(key, value);
  }
}

function labelAt(statements: readonly Statement[], label: string): number {
  return statements.findIndex((one) => one.type === 'LabelStatement' && one.label.name === label);
}
