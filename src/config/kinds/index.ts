import type { Driver } from '../driver.ts';
import { applicationKind } from './application.ts';
import { environmentKind } from './environment.ts';
import type { Kind } from './kind.ts';
import { projectKind } from './project.ts';
import { sourceKind } from './source.ts';
import { createTargetKind } from './target.ts';

/** Every kind of document, in the order in which a reader meets them. */
export function createKinds(drivers: readonly Driver[]): readonly Kind[] {
  return [sourceKind, createTargetKind(drivers), environmentKind, applicationKind, projectKind];
}
