import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtAt, publishWeb } from './publish-web.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache');
/** What the server serves, also while it is built anew. */
const webFolder = join(cache, 'web');
/** Builds are made beside it. One that is older than this was left by a builder that was killed. */
const buildingName = 'web-building-';
const leftMsMin = 3_600_000;

/** What the screens are made from: a newer file among these means that they must be built again. */
const sources = [
  'apps/web/**/*',
  'ui/**/*',
  'kernel/**/*.ts',
  'modules/*/web/**/*',
  'modules/*/contract.ts',
  'modules/*/contract/**/*.ts',
  'modules/*/domain/**/*.ts',
  'package-lock.json',
];

/** Builds the screens when they are missing or older than their sources. Rejects with the builder's words. */
export const buildWebIfOlder = async (): Promise<void> => {
  if (!isFresh()) await buildWeb();
};

const buildWeb = async (): Promise<void> => {
  const begunMs = Date.now();
  mkdirSync(cache, { recursive: true });
  for (const left of globSync(`${buildingName}*`, { cwd: cache })) {
    const stat = statSync(join(cache, left), { throwIfNoEntry: false });
    if (stat && stat.mtimeMs < begunMs - leftMsMin) rmSync(join(cache, left), { recursive: true, force: true });
  }
  const building = mkdtempSync(join(cache, buildingName));
  try {
    await runVite(building);
    await compressAssets(building);
    publishWeb(building, webFolder, begunMs);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
};

const isFresh = (): boolean => {
  const begunMs = builtAt(webFolder);
  if (begunMs === null || !existsSync(join(webFolder, 'index.html'))) return false;
  return sources
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .every((file) => statSync(join(root, file)).mtimeMs <= begunMs);
};

/** A process of its own: the builder's hundreds of megabytes leave with it. */
const runVite = (folder: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        join(root, 'node_modules/vite/bin/vite.js'),
        'build',
        '--config',
        'apps/web/vite.config.ts',
        '--outDir',
        folder,
        '--emptyOutDir',
      ],
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(Buffer.concat(output).toString().slice(-4_000))),
    );
  });

/** Compressed once here, sent as they are by the server: a request costs no compression. */
const compressAssets = async (folder: string): Promise<void> => {
  const { writeFile } = await import('node:fs/promises');
  for (const file of globSync('**/*.{js,css,html,svg,json}', { cwd: folder })) {
    const path = join(folder, file);
    const text = readFileSync(path);
    if (text.length < 1_024) continue;
    await writeFile(
      `${path}.br`,
      await promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    );
    await writeFile(`${path}.gz`, await promisify(gzip)(text, { level: 9 }));
  }
};

if (import.meta.main) {
  const build = process.argv.includes('--if-older') ? buildWebIfOlder() : buildWeb();
  build.catch((error: unknown) => {
    console.error(`The screens could not be built: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}
