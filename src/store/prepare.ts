import type { Compilable, CompiledQuery } from 'kysely';

/** Stands for a value that is known only when the statement runs. */
class Placeholder {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
}

/** Gives the place of a value in a statement; to Kysely it looks like the value itself. */
export type Take<Values> = <Name extends keyof Values>(name: Name) => Values[Name];

/**
 * A statement whose SQL is built when it first runs and kept: building takes several times as long as running it.
 *
 * @param build uses `take('name')` wherever a value goes that differs from run to run.
 */
export function prepare<Values extends object, Row>(
  build: (take: Take<Values>) => Compilable<Row>,
): (values: Values) => Compilable<Row> {
  let built: CompiledQuery<Row> | null = null;
  return (values) => ({
    compile: () => {
      built ??= build(<Name extends keyof Values>(name: Name) => {
        return new Placeholder(name) as Values[Name];
      }).compile();
      const parameters = built.parameters.map((parameter) =>
        parameter instanceof Placeholder ? values[parameter.name as keyof Values] : parameter,
      );
      return { ...built, parameters };
    },
  });
}
