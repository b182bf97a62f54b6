import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { houseFiles } from './text-rules.ts';

export interface DeadReference {
  readonly document: string;
  readonly line: number;
  readonly reference: string;
}

const tops = 'apps|modules|platform|ui|kernel|e2e|bench|seeds|tools|docs|deploy|\\.ci';
/** `modules/catalog/contract.ts` in a document, with at least one slash; names in angle brackets or with a star are patterns. */
const inText = new RegExp(`(?<![\\w./-])((?:${tops})/[\\w./@-]*[\\w@])`, 'g');
const links = /\]\(([^)#\s]+)(?:#[^)]*)?\)/g;
const scripts = /`npm (?:run )?([a-z][\w:-]*)/g;
const npmsOwn = new Set(['ci', 'install', 'i', 'start', 'test', 'run', 'exec', 'view']);

const packageScripts = (folder: string): ReadonlySet<string> => {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return new Set();
  return new Set(Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { scripts?: object }).scripts ?? {}));
};

/** Every path, link and npm script that a document below `folder` names and that does not exist. */
export const deadReferences = (folder: string): DeadReference[] => {
  const known = packageScripts(folder);
  return houseFiles(folder)
    .filter((file) => file.endsWith('.md'))
    .flatMap((document) =>
      readFileSync(join(folder, document), 'utf8')
        .split('\n')
        .flatMap((text, index) => {
          const near = (path: string): boolean =>
            existsSync(join(folder, path)) || existsSync(join(folder, normalize(join(dirname(document), path))));
          const paths = [...text.matchAll(inText)]
            .filter((match) => !/^[<*{…]/.test(text.slice(match.index + match[0].length)))
            .map((match) => match[1]!)
            .filter((path) => !near(path));
          const targets = [...text.matchAll(links)]
            .map((match) => match[1]!)
            .filter((target) => !/^[a-z]+:/.test(target) && !near(target));
          const commands = [...text.matchAll(scripts)]
            .map((match) => match[1]!)
            .filter((name) => !npmsOwn.has(name) && !known.has(name))
            .map((name) => `npm run ${name}`);
          return [...new Set([...paths, ...targets, ...commands])].map((reference) => ({
            document,
            line: index + 1,
            reference,
          }));
        }),
    );
};
