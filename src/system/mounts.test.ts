import { describe, expect, test } from 'vitest';
import { areOwn } from './mounts.ts';

const line = (place: string, type: string): string =>
  `36 35 98:0 / ${place} rw,noatime shared:1 - ${type} /dev/root rw,errors=continue`;
const machine = [
  line('/', 'ext4'),
  line('/proc', 'proc'),
  line('/tmp', 'tmpfs'),
  line('/sys/fs/cgroup', 'cgroup2'),
];

describe('the table of mounts', () => {
  test.each([
    ['disks and memory of this machine are its own', [], true],
    [
      'so is what desktops and containers mount beside them',
      [line('/run/user/1000/doc', 'fuse.portal'), line('/proc/sys/fs/binfmt_misc', 'autofs')],
      true,
    ],
    ['a network disk is not', [line('/srv/shared', 'nfs4')], false],
    [
      'a program that serves files is not, wherever it stands',
      [line('/home/ada/remote', 'fuse.sshfs')],
      false,
    ],
    ['an automatic mount may become anything', [line('/net', 'autofs')], false],
    ['an unknown type is not trusted', [line('/mnt', 'futurefs')], false],
  ])('%s', (_, more, own) => {
    expect(areOwn(`${[...machine, ...more].join('\n')}\n`)).toBe(own);
  });

  test('a place may hold the words that separate the fields', () => {
    expect(areOwn(`${[...machine, line('/mnt/a\\040-\\040b', 'nfs')].join('\n')}\n`)).toBe(false);
  });
});
