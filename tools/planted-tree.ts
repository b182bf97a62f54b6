import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../.cache/', import.meta.url));

/**
 * Writes files into a folder of its own and gives its path and how to remove it. For tests that plant a violation
 * and watch it being refused. `in-checkout`: below the checkout, so that npm's packages resolve as they do in the
 * house; `elsewhere`: outside it, for tools that leave out what the checkout's .gitignore names.
 */
export const plantTree = (
  files: Readonly<Record<string, string>>,
  where: 'in-checkout' | 'elsewhere' = 'in-checkout',
): { folder: string; remove(): void } => {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(where === 'elsewhere' ? tmpdir() : cache, 'planted-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
};
