import { FairleadError } from '../../model/error.ts';
import type { ErrorDefinition } from '../../model/error.ts';
import type { Manifest } from '../../model/resource.ts';
import { manifestInvalid } from '../errors.ts';
import type { PrepareScope } from '../target.ts';

/** Problems of one manifest that are told; the others are counted. */
const mostTold = 5;

/** One thing that is wrong with a manifest. */
export interface ManifestProblem {
  /** The field, from the top of the document. */
  readonly path: readonly (string | number)[];
  /** Point at the field's name rather than at its value. Default false. */
  readonly atKey?: boolean;
  /** What is wrong, the field named in it. */
  readonly words: string;
}

/** A manifest that cannot be used, with what is wrong where; it stands at the start of the document until `withPlaces`. */
export class InvalidManifest extends FairleadError {
  readonly manifest: Manifest;
  readonly problems: readonly ManifestProblem[];
  readonly #definition: ErrorDefinition;

  constructor(
    definition: ErrorDefinition,
    manifest: Manifest,
    problems: readonly ManifestProblem[],
    places: readonly (string | null)[] = [],
  ) {
    super(definition, {
      message: tell(manifest, problems, places),
      resource: `${manifest.kind}/${manifest.name}`,
    });
    this.manifest = manifest;
    this.problems = problems;
    this.#definition = definition;
  }

  /** The same, with the line and column of each field that is told, as far as that is known. */
  async withPlaces(locate: NonNullable<PrepareScope['locate']>): Promise<FairleadError> {
    const { manifest, problems } = this;
    const places = await Promise.all(
      problems.slice(0, mostTold).map(async ({ path, atKey = false }) => {
        const position = await locate(manifest, path, atKey);
        return position === null
          ? null
          : `${manifest.origin.file}:${position.line}:${position.column}`;
      }),
    );
    return new InvalidManifest(this.#definition, manifest, problems, places);
  }
}

/** An error for one manifest: file, line, resource, then what is wrong. */
export function invalid(manifest: Manifest, problems: readonly ManifestProblem[]): InvalidManifest {
  return new InvalidManifest(manifestInvalid.definition, manifest, problems);
}

/** The place of the first problem before all, and that of each further one where it is another. */
function tell(
  { origin, kind, name }: Manifest,
  problems: readonly ManifestProblem[],
  places: readonly (string | null)[],
): string {
  const start = `${origin.file}${origin.line === undefined ? '' : `:${origin.line}`}`;
  const first = places[0] ?? start;
  const told = problems.slice(0, mostTold).map(({ words }, at) => {
    const place = places[at] ?? start;
    return at === 0 || place === first || places.length === 0 ? words : `${place}: ${words}`;
  });
  const more = problems.length > mostTold ? [`and ${problems.length - mostTold} more`] : [];
  return `${first}: ${kind}/${name}: ${[...told, ...more].join('; ')}`;
}
