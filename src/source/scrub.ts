const control = /(?![\t\n])\p{Cc}/gu;
const userinfo = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi;

/**
 * Text of Git or of a server, fit to be shown and stored: known secrets and anything between `://` and `@` replaced,
 * control characters gone (a server must not move anybody's cursor).
 */
export function scrub(text: string, secrets: readonly string[] = []): string {
  let result = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    // Git prints URLs with credentials percent-encoded.
    for (const form of new Set([secret, encodeURIComponent(secret)])) {
      result = result.replaceAll(form, '***');
    }
  }
  return result.replaceAll(userinfo, '$1***@').replaceAll(control, '');
}
