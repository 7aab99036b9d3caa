import type { ConfigSnapshot, Mistake } from '../ports.ts';

/**
 * Why a person may have to be asked first at the newest commit: the application's document, or that of its environment, says so and
 * has a mistake; `null`: neither does.
 */
export function mistakeFor(
  asking: ConfigSnapshot['asking'],
  application: { readonly name: string },
  environment: { readonly name: string },
): Mistake | null {
  return (
    asking.get(`Application/${application.name}`) ??
    asking.get(`Environment/${environment.name}`) ??
    null
  );
}
