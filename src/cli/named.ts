import type { Api, ApplicationView } from '../control/api.ts';
import { orAbort } from './abort.ts';
import type { Context } from './context.ts';
import type { Input } from './input.ts';
import { selectOne } from './selection.ts';

/**
 * The application and environment that a command's argument `application` and --environment name.
 * @throws FairleadError `application.not-found`, `cli.usage`
 */
export async function namedApplication(
  context: Context,
  api: Api,
  input: Input,
): Promise<ApplicationView> {
  const views = await orAbort(context.signal, api.applications());
  return selectOne(views, input.required('application'), input.text('environment'));
}
