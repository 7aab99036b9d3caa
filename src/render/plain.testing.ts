import type { FairleadError } from '../model/error.ts';
import type { Manifest } from '../model/resource.ts';
import type { Result } from '../model/result.ts';
import { systemClock } from '../system/clock.ts';
import { createPlainRenderer } from './plain.ts';
import type { Rendered, Renderer, RenderParameters } from './renderer.ts';
import { createTestRepository } from './tree.testing.ts';
import type { TestFile, TestRepository } from './tree.testing.ts';

type Files = Readonly<Record<string, TestFile>>;

/** Renders plain manifests from commits of a repository of its own. `path`: folder of the application; default `app`. */
export interface PlainBench extends AsyncDisposable {
  readonly repository: TestRepository;
  readonly renderer: Renderer;
  render(files: Files, path?: string): Promise<Result<Rendered>>;
  /** What has to be rendered. @throws FairleadError where it is not */
  manifestsOf(files: Files, path?: string): Promise<readonly Manifest[]>;
  /** Why it is not rendered. @throws Error where it is */
  errorOf(files: Files, path?: string): Promise<FairleadError>;
}

/** Whom the tests render for, with a minute of time. */
export const plainParameters: RenderParameters = {
  application: 'web',
  environment: 'dev',
  timeoutMs: 60_000,
};

/** The text of one manifest, three lines long; `more` comes after them. */
export function manifestFile(name: string, more = ''): string {
  return `apiVersion: host.fairlead.dev/v1alpha1\nkind: File\nmetadata: {name: ${name}}\n${more}`;
}

/** Opens a bench; disposing of it removes the repository. */
export async function createPlainBench(): Promise<PlainBench> {
  const repository = await createTestRepository();
  const renderer = createPlainRenderer(systemClock);
  const render: PlainBench['render'] = (files, path = 'app') =>
    renderer.render(repository.commit(files), path, plainParameters);
  return {
    repository,
    renderer,
    render,
    manifestsOf: async (files, path) => {
      const rendered = await render(files, path);
      if (!rendered.ok) throw rendered.error;
      return rendered.value.manifests;
    },
    errorOf: async (files, path) => {
      const rendered = await render(files, path);
      if (rendered.ok) throw new Error('rendered although it should not');
      return rendered.error;
    },
    [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose](),
  };
}
