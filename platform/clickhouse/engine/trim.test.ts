import { expect, test } from 'vitest';
import { untouchedMappings } from './trim.ts';

// Promise: only pages that are a plain copy of the library's file are ever given back.

const mapping = (head: string, figures: Record<string, number>): string =>
  `${head}\nSize: 100 kB\nRss: 100 kB\n${Object.entries({
    Shared_Dirty: 0,
    Private_Dirty: 0,
    Anonymous: 0,
    Swap: 0,
    ...figures,
  })
    .map(([name, value]) => `${name}:           ${value} kB`)
    .join('\n')}\nVmFlags: rd ex mr mw me`;
const smaps = [
  mapping('7f0000000000-7f0000001000 r--p 00000000 fe:00 1   /a/libchdb.so', {}),
  mapping('7f0000001000-7f0000003000 r-xp 00001000 fe:00 1   /a/libchdb.so', {}),
  mapping('7f0000003000-7f0000004000 r--p 00003000 fe:00 1   /a/libchdb.so', { Anonymous: 12, Private_Dirty: 12 }),
  mapping('7f0000004000-7f0000005000 r--p 00003000 fe:00 1   /a/libchdb.so', { Swap: 4 }),
  mapping('7f0000005000-7f0000006000 rw-p 00003000 fe:00 1   /a/libchdb.so', {}),
  mapping('7f0000006000-7f0000007000 rw-p 00000000 00:00 0 ', { Anonymous: 4 }),
  mapping('7f0000007000-7f0000008000 r-xp 00000000 fe:00 1   /b/node', {}),
  '7f0000008000-7f0000009000 r-xp 00000000 fe:00 1   /a/libchdb.so\nSize: 100 kB',
].join('\n');

test('read-only and unchanged parts of the library, nothing else', () => {
  expect(untouchedMappings(smaps)).toEqual([
    { from: 0x7f0000000000n, to: 0x7f0000001000n },
    { from: 0x7f0000001000n, to: 0x7f0000003000n },
  ]);
});
