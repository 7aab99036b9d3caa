/** One instruction of a Dockerfile: `RUN`, and what stands after it. */
interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** Reads the instructions of a Dockerfile; comments and empty lines are none. Lines that end with `\` go on. */
export function readDockerfile(text: string): readonly Instruction[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(?:#|$)/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  return lines.map((line) => {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    return { name: name.toUpperCase(), text: rest };
  });
}

/** The one instruction of that name. @throws Error where there is none, or more */
export function only(instructions: readonly Instruction[], name: string): string {
  const found = instructions.filter((one) => one.name === name);
  if (found.length !== 1) throw new Error(`the Dockerfile has ${found.length} ${name}, not one`);
  return found[0]?.text ?? '';
}
