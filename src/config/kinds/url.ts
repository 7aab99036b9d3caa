/** Credentials in a URL (`https://user:token@host`) would end in logs and plans. Gives the URL without them. */
export function withoutCredentials(url: string): string {
  return url.replaceAll(/(\w+:\/\/)[^/\s]*@/g, '$1…@');
}

/** Whether a URL carries a password: `user:secret@` with any scheme, or a bare token before the host with http(s). */
export function hasCredentials(url: string): boolean {
  return /^\w[\w+.-]*:\/\/[^/\s]*:[^/\s]*@/.test(url) || /^https?:\/\/[^/\s]*@/.test(url);
}
