import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import type { Budget } from './budget.ts';

/**
 * The library bounds the size of an expression, not what it costs to evaluate: comprehensions may be nested, texts doubled,
 * and `matches` uses a regular expression engine that backtracks. So the expression is written anew from its syntax tree,
 * with a guard in each place where cost may grow; the guards are functions that count.
 */
const guards = {
  step: 'fairlead_step',
  never: 'fairlead_never',
  size: 'fairlead_size',
  look: 'fairlead_look',
  matches: 'fairlead_matches',
  join: 'fairlead_join',
};

/** Methods and functions that go through a text or a list. */
const searches =
  'contains indexOf lastIndexOf split substring size lowerAscii upperAscii trim startsWith endsWith'.split(
    ' ',
  );

const loops = ['all', 'exists', 'exists_one', 'map', 'filter'];

/** The same expression with guards. */
export function guard(node: ASTNode): string {
  switch (node.op) {
    case 'value':
      return node.input.slice(node.range.start, node.range.end);
    case 'id':
      return node.args;
    case '.':
    case '.?':
      return `(${guard(node.args[0])})${node.op}${node.args[1]}`;
    case '[]':
      return `(${guard(node.args[0])})[${guard(node.args[1])}]`;
    case '[?]':
      return `(${guard(node.args[0])})[?${guard(node.args[1])}]`;
    case 'call':
      return node.args[0] === 'size'
        ? `size(${node.args[1].map(look).join(', ')})`
        : `${node.args[0]}(${node.args[1].map(guard).join(', ')})`;
    case '==':
    case '!=':
    case 'in':
      return `(${look(node.args[0])} ${node.op} ${look(node.args[1])})`;
    case 'rcall':
      return guardMethod(node.args);
    case 'list':
      return `[${node.args.map(guard).join(', ')}]`;
    case 'map':
      return `{${node.args.map(([key, value]) => `${guard(key)}: ${guard(value)}`).join(', ')}}`;
    case '?:':
      return `((${guard(node.args[0])}) ? (${guard(node.args[1])}) : (${guard(node.args[2])}))`;
    case '!_':
      return `!(${guard(node.args)})`;
    case '-_':
      return `-(${guard(node.args)})`;
    case '+':
      return `${guards.size}((${guard(node.args[0])}) + (${guard(node.args[1])}))`;
    default:
      return `((${guard(node.args[0])}) ${node.op} (${guard(node.args[1])}))`;
  }
}

function guardMethod([name, receiver, args]: readonly [
  string,
  ASTNode,
  readonly ASTNode[],
]): string {
  const [variable, ...bodies] = args;
  if (loops.includes(name) && variable !== undefined) {
    const guarded = bodies.map(
      (body) => `${guards.step}(${sizeOf(body)}) ? (${guard(body)}) : ${guards.never}()`,
    );
    return `(${guard(receiver)}).${name}(${[guard(variable), ...guarded].join(', ')})`;
  }
  const called = name === 'matches' || name === 'join' ? guards[name] : name;
  const on = searches.includes(name) ? look(receiver) : `(${guard(receiver)})`;
  return `${on}.${called}(${args.map(guard).join(', ')})`;
}

/** An operand that is looked through whole; what is written in the expression itself is short. */
function look(node: ASTNode): string {
  return node.op === 'value' ? guard(node) : `${guards.look}(${guard(node)})`;
}

/** Number of nodes: what one pass through it costs. */
function sizeOf(node: ASTNode): number {
  let size = 1;
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(visit);
    else if (typeof part === 'object' && part !== null && 'op' in part)
      size += sizeOf(part as ASTNode);
  };
  visit(node.args);
  return size;
}

/** Makes the guards known; `budget` gives that of the evaluation that goes on. */
export function registerGuards(environment: Environment, budget: () => Budget): void {
  environment.registerFunction(`${guards.step}(int): bool`, (steps: bigint) => {
    budget().spend(Number(steps));
    return true;
  });
  environment.registerFunction(`${guards.never}(): dyn`, () => null);
  environment.registerFunction(`${guards.look}(dyn): dyn`, (value: unknown) => {
    budget().spendLook(value);
    return value;
  });
  environment.registerFunction(`${guards.size}(dyn): dyn`, (value: unknown) => {
    if (typeof value === 'string') budget().spendText(value.length);
    else if (Array.isArray(value) || value instanceof Uint8Array)
      budget().spendText(value.length * 8);
    return value;
  });
  // As the specification of CEL has it: RE2, whose time grows with the text alone.
  environment.registerFunction(
    `string.${guards.matches}(string): bool`,
    (text: string, pattern: string) => {
      budget().spend(4 + Math.ceil((text.length + pattern.length) / 32));
      const compiled = RE2JS.compile(pattern);
      // A repetition such as `(a?){500}` is written out, and each part of it may be tried at each place of the text.
      budget().spend(Math.ceil((text.length * compiled.programSize()) / 1024));
      return compiled.matcher(text).find();
    },
  );
  const join = (items: readonly unknown[], separator: string): string => {
    const texts = items.map(String);
    const length = texts.reduce((sum, item) => sum + item.length + separator.length, 0);
    budget().spendText(length);
    return texts.join(separator);
  };
  environment.registerFunction(`list.${guards.join}(): string`, (items: readonly unknown[]) =>
    join(items, ''),
  );
  environment.registerFunction(`list.${guards.join}(string): string`, join);
}
