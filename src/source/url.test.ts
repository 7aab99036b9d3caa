import { describe, expect, it } from 'vitest';
import { parseRemoteUrl } from './url.ts';

function codeOf(url: string): string {
  const parsed = parseRemoteUrl(url);
  return parsed.ok ? 'ok' : parsed.error.code;
}

describe('the URL of a repository', () => {
  it.each([
    ['https://git.example.org/shop.git', 'http', 'https://git.example.org'],
    ['https://git.example.org:8443/shop.git/', 'http', 'https://git.example.org:8443'],
    ['http://git@127.0.0.1/shop.git', 'http', 'http://127.0.0.1'],
    ['ssh://git@git.example.org:2222/shop.git', 'ssh', ''],
    ['git@git.example.org:team/shop.git', 'ssh', ''],
    ['git.example.org:shop.git', 'ssh', ''],
    ['git://git.example.org/shop.git', 'git', ''],
    ['file:///srv/shop.git', 'file', ''],
    ['/srv/shop.git', 'file', ''],
  ])('%s is understood', (url, kind, origin) => {
    const parsed = parseRemoteUrl(url);
    expect(parsed).toMatchObject({ ok: true, value: { kind, origin } });
  });

  it('is the same with and without slashes at its end', () => {
    expect(parseRemoteUrl('https://git.example.org/shop.git/')).toEqual(
      parseRemoteUrl('https://git.example.org/shop.git'),
    );
    expect(parseRemoteUrl('/')).toMatchObject({ ok: true, value: { url: '/' } });
  });

  it.each([
    '--upload-pack=touch /tmp/x',
    '-oProxyCommand=touch',
    'ssh://-oProxyCommand=touch/x',
    'ssh://-oProxyCommand=touch@host/x',
    'ssh://%2DoProxyCommand=touch@host/x',
    '-oProxyCommand=touch:x',
    '-x@host:path',
    'https://git.example.org/a b',
    'https://git.example.org/a\nb',
    'https://git.example.org/a\0b',
    '',
    'https://',
    'https://git.example.org/shop.git?x=1',
    'file://server/share',
    'relative/path',
    'http://[',
  ])('%j is no URL', (url) => {
    expect(codeOf(url)).toBe('source.url-invalid');
  });

  it.each([
    'ext::sh -c touch%20/tmp/x',
    'ext::touch',
    'fd::17',
    'EXT::touch',
    'https::http://host/x',
    'ftp://host/x',
    'javascript://host/x',
  ])('%j may not be used', (url) => {
    expect(codeOf(url)).toMatch(/^source\.(protocol-refused|url-invalid)$/);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[fe80::1]/x',
    'http://[::ffff:169.254.169.254]/x',
    'ssh://git@169.254.1.1/x',
    'git@169.254.1.1:x',
    'http://0xa9fea9fe/x',
    'http://2852039166/x',
  ])('%s is where clouds keep credentials', (url) => {
    expect(codeOf(url)).toBe('source.url-forbidden');
  });

  it('with a password is refused without repeating it', () => {
    const parsed = parseRemoteUrl('https://ada:canary-4711@git.example.org/shop.git');
    expect(parsed).toMatchObject({ ok: false, error: { code: 'source.url-invalid' } });
    expect(JSON.stringify(parsed)).not.toContain('canary');
  });
});
