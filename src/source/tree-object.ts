import { corrupt } from './errors.ts';
import type { TreeEntry } from './source.ts';

const kinds: Readonly<Record<string, TreeEntry['kind']>> = {
  '40000': 'folder',
  '100644': 'file',
  '100755': 'file',
  '100664': 'file',
  '120000': 'symlink',
  '160000': 'submodule',
};

/**
 * The members of a tree object: `<mode> SP <name> NUL <raw oid>`, again and again.
 *
 * @throws FairleadError `source.corrupt` for what cannot be a tree: cut short, an unknown mode, or a name that is no
 * name (`..` in a tree is an attack; `git fsck` refuses it at fetch, a checkout's objects were never checked).
 */
export function parseTreeObject(bytes: Buffer, oid: string): readonly TreeEntry[] {
  const oidLength = oid.length / 2;
  const entries: TreeEntry[] = [];
  const broken = (why: string): Error =>
    corrupt({ message: `tree ${oid} is damaged: ${why}`, resource: oid });
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at);
    const zero = space === -1 ? -1 : bytes.indexOf(0, space + 1);
    if (zero === -1 || zero + 1 + oidLength > bytes.length) throw broken('it is cut short');
    const mode = bytes.toString('latin1', at, space).replace(/^0+/, '');
    const kind = kinds[mode];
    if (kind === undefined) throw broken(`mode ${JSON.stringify(mode)}`);
    const name = bytes.toString('utf8', space + 1, zero);
    if (name === '' || name === '.' || name === '..' || name.includes('/')) {
      throw broken(`name ${JSON.stringify(name)}`);
    }
    const end = zero + 1 + oidLength;
    entries.push({
      name,
      kind,
      oid: bytes.toString('hex', zero + 1, end),
      executable: mode === '100755',
    });
    at = end;
  }
  return entries;
}
