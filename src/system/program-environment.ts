/** Where programs are looked for when the controller itself was started without a PATH. */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The few variables without which programs do not find their way. A program that a repository names gets nothing else of the
 * controller's environment: tokens and passwords stand in it.
 *
 * @param home Of the account that the program runs as. Default: the controller's own.
 */
export function programEnvironment(
  controller: Readonly<Record<string, string | undefined>>,
  home?: string,
): { readonly PATH: string; readonly HOME: string; readonly LANG: string } {
  return {
    PATH: controller['PATH'] ?? defaultPath,
    HOME: home ?? controller['HOME'] ?? '/',
    LANG: controller['LANG'] ?? 'C.UTF-8',
  };
}
