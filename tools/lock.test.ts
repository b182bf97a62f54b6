import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addressed, complete, missingOptional, platformOfName, type Lock } from './lock.ts';

const committed = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as Lock;

describe('npm ci passes on every platform: the lock file is complete', () => {
  it('names every optional platform package (else run `npm run lock`)', () => {
    expect(missingOptional(committed)).toEqual([]);
  });

  it('holds no address of a registry (else run `npm run lock`)', () => {
    expect(addressed(committed)).toEqual([]);
  });

  it('holds the integrity of every package that could be fetched', () => {
    const without = Object.entries(committed.packages).filter(
      ([path, entry]) => path !== '' && !entry.integrity && !(entry.optional && entry.cpu),
    );
    expect(without.map(([path]) => path)).toEqual([]);
  });

  it.each([
    ['@oxlint/binding-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
    ['@oxlint/binding-linux-arm-musleabihf', { os: ['linux'], cpu: ['arm'], libc: ['musl'] }],
    ['@chdb/lib-linux-arm64-gnu', { os: ['linux'], cpu: ['arm64'], libc: ['glibc'] }],
    ['@oxfmt/binding-win32-ia32-msvc', { os: ['win32'], cpu: ['ia32'] }],
    ['@oxfmt/binding-android-arm-eabi', { os: ['android'], cpu: ['arm'] }],
    ['@tailwindcss/oxide-wasm32-wasi', { cpu: ['wasm32'] }],
    ['left-pad', null],
  ])('reads the platform of %s from its name', (name, platform) => {
    expect(platformOfName(name)).toEqual(platform);
  });

  it('adds what is missing beside what is there, and strips addresses', () => {
    const lock: Lock = {
      packages: {
        '': {},
        'node_modules/tool': {
          version: '1.2.3',
          resolved: 'https://registry.example/tool.tgz',
          optionalDependencies: { '@tool/binding-darwin-arm64': '1.2.3', '@tool/binding-linux-x64-gnu': '1.2.3' },
        },
        'node_modules/@tool/binding-linux-x64-gnu': { version: '1.2.3', integrity: 'sha512-x', optional: true },
      },
    };
    const completed = complete(lock);
    expect(completed.packages['node_modules/@tool/binding-darwin-arm64']).toEqual({
      version: '1.2.3',
      optional: true,
      os: ['darwin'],
      cpu: ['arm64'],
    });
    expect(completed.packages['node_modules/@tool/binding-linux-x64-gnu']?.integrity).toBe('sha512-x');
    expect(addressed(completed)).toEqual([]);
    expect(complete(completed)).toEqual(completed);
  });
});
