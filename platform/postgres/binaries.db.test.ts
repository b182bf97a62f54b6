import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installed, prepareBinaries, type Installed } from './binaries.ts';
import { chooseRunAs, type RunAs } from './run-as.ts';

describe('the binaries work wherever npm put them and whatever it was allowed to run', () => {
  let folder: string;
  let runAs: RunAs | null;
  beforeAll(async () => {
    folder = await mkdtemp('/tmp/leadline-binaries-');
    await chmod(folder, 0o711);
    runAs = await chooseRunAs('/nowhere');
  });
  afterAll(async () => {
    await chmod(join(folder, 'closed', 'native', 'lib'), 0o755);
    await rm(folder, { recursive: true, force: true });
  });

  /** What npm leaves when it may not run install scripts: no links. */
  const withoutLinks = async (name: string): Promise<Installed> => {
    const { native, version } = await installed();
    const copy = join(folder, name, 'native');
    await mkdir(join(folder, name));
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    const links = JSON.parse(await readFile(join(copy, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
    for (const { target } of links) await rm(join(folder, name, target));
    return { native: copy, version };
  };
  const versionOf = (program: string): string =>
    execFileSync(program, ['--version'], { cwd: '/', encoding: 'utf8', ...runAs });

  it('makes the missing links in place', async () => {
    const from = await withoutLinks('open');
    expect(() => execFileSync(join(from.native, 'bin', 'postgres'), ['--version'], { stdio: 'pipe' })).toThrow();
    const binaries = await prepareBinaries(join(folder, 'open-data'), runAs, from);
    expect(binaries.postgres).toBe(join(from.native, 'bin', 'postgres'));
    expect(versionOf(binaries.postgres)).toContain('PostgreSQL');
  });

  it('copies them beside the data when they lie where their user may not go, or where nothing may be written', async () => {
    const from = await withoutLinks('closed');
    const data = join(folder, 'closed-data');
    if (runAs) await chmod(join(folder, 'closed'), 0o700);
    else await chmod(join(from.native, 'lib'), 0o555);
    const first = await prepareBinaries(data, runAs, from);
    expect(first.postgres.startsWith(data)).toBe(true);
    expect(versionOf(first.postgres)).toContain('PostgreSQL');
    expect(versionOf(first.initdb)).toContain('PostgreSQL');
    expect(await prepareBinaries(data, runAs, from)).toEqual(first);
  });
});
