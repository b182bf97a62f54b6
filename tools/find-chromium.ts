import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

export interface Chromium {
  readonly path: string;
  readonly from: 'CHROME_PATH' | 'the system' | 'Playwright' | '@sparticuz/chromium';
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Longest time that the packaged build may take to tell its version, on a busy machine. */
const startMsMax = 30_000;

export const howToGetChromium = [
  '!! NO BROWSER: the journeys in a real browser were NOT run.',
  '!! Install one:   apt-get install -y chromium        (Debian, Ubuntu)',
  '!!                dnf install -y chromium            (Fedora)',
  '!!                brew install --cask chromium       (macOS)',
  '!! or name one:   CHROME_PATH=/path/to/chrome npm test',
].join('\n');

/** The first Chromium that is there: CHROME_PATH, the system's, Playwright's, the one packaged on npm; else null. */
export const findChromium = async (): Promise<Chromium | null> => {
  const named = process.env['CHROME_PATH'];
  if (named) {
    if (!isProgram(named)) throw new Error(`CHROME_PATH names ${named}, which is not a program.`);
    return { path: named, from: 'CHROME_PATH' };
  }
  const system = inPath() ?? applications.find(isProgram);
  if (system) return { path: system, from: 'the system' };
  const playwright = ofPlaywright();
  if (playwright) return { path: playwright, from: 'Playwright' };
  return packaged();
};

const isProgram = (path: string): boolean => {
  try {
    const stat = statSync(path);
    return stat.isFile() && (stat.mode & 0o111) !== 0;
  } catch {
    // Nothing there, or a folder of PATH that is closed to this user (of another one, whose PATH was taken over).
    return false;
  }
};

const inPath = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isProgram);

const ofPlaywright = (): string | undefined => {
  const home =
    process.env['PLAYWRIGHT_BROWSERS_PATH'] ??
    join(homedir(), process.platform === 'darwin' ? 'Library/Caches/ms-playwright' : '.cache/ms-playwright');
  if (!existsSync(home)) return undefined;
  return globSync(
    [
      'chromium*/chrome-linux*/chrome',
      'chromium*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium',
      'chromium*/chrome-linux*/headless_shell',
    ],
    { cwd: home },
  )
    .toSorted()
    .toReversed()
    .map((path) => join(home, path))
    .find(isProgram);
};

/**
 * The build for Linux x64 that npm brings, unpacked once (207 MB, 2 s) into the checkout's own `.cache`: in the shared
 * temporary folder it would be closed to every user but the first. Without the flags that its package recommends: they
 * are for a function in a cloud, and `--disable-web-security` lets requests go without the Origin that Leadline asks for.
 * Null where it does not start: it wants libnss3, libnspr4 and libexpat of the system.
 */
const packaged = async (): Promise<Chromium | null> => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const before = process.env['TMPDIR'];
  try {
    const folder = join(dirname(import.meta.dirname), '.cache', 'chromium');
    mkdirSync(folder, { recursive: true });
    // The package unpacks into the temporary folder and takes no other.
    process.env['TMPDIR'] = folder;
    const { default: chromium } = await import('@sparticuz/chromium');
    const path = await chromium.executablePath();
    execFileSync(path, ['--version'], { stdio: 'ignore', timeout: startMsMax });
    return { path, from: '@sparticuz/chromium' };
  } catch {
    return null;
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
};
