import { existsSync, globSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface Chromium {
  readonly path: string;
  /** Flags that this build needs beside the usual ones. */
  readonly args: readonly string[];
  readonly from: 'CHROME_PATH' | 'the system' | 'Playwright' | '@sparticuz/chromium';
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

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
    return { path: named, args: [], from: 'CHROME_PATH' };
  }
  const system = inPath() ?? applications.find(isProgram);
  if (system) return { path: system, args: [], from: 'the system' };
  const playwright = ofPlaywright();
  if (playwright) return { path: playwright, args: [], from: 'Playwright' };
  return packaged();
};

const isProgram = (path: string): boolean => {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.isFile() && (stat.mode & 0o111) !== 0;
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
 * The build for Linux x64 that npm brings. It unpacks 200 MB into the temporary folder, closed to other users:
 * where another user was first, unpacking fails and there is no browser.
 */
const packaged = async (): Promise<Chromium | null> => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  try {
    const { default: chromium } = await import('@sparticuz/chromium');
    return { path: await chromium.executablePath(), args: chromium.args, from: '@sparticuz/chromium' };
  } catch {
    return null;
  }
};
