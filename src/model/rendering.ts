import type { ApplicationConfig } from './config.ts';

/** What an application's document says about what is deployed: where it is, and how it is rendered. */
type ApplicationRendering = Pick<ApplicationConfig, (typeof renderingFields)[number]>;

/** What of an application decides what it renders to. */
export const renderingFields = [
  'path',
  'sources',
  'helm',
  'directory',
  'substitute',
  'labels',
  'annotations',
  'kubernetes',
] as const;

/** An application, as far as rendering goes. */
export function renderingOf(application: ApplicationConfig): ApplicationRendering {
  const { path, sources, helm, directory, substitute, labels, annotations, kubernetes } =
    application;
  return { path, sources, helm, directory, substitute, labels, annotations, kubernetes };
}
