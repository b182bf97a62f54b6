import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Refusal, type FieldError } from '../../kernel/problem.ts';
import type { CliContext, DocumentKind } from '../../platform/cli/context.ts';
import { readDocuments, type ReadDocument } from '../../platform/cli/read-documents.ts';

interface Checked {
  readonly file: string;
  readonly document: ReadDocument;
  readonly kind: DocumentKind;
}

/** `apply`, `validate`, `get` and `delete` for every kind of document that the modules register. */
export const registerDocuments = (program: Command, context: CliContext, kinds: readonly DocumentKind[]): void => {
  const collect = (value: string, before: string[]): string[] => [...before, value];
  program
    .command('apply')
    .description('Make what the files say: teams, services, journeys …')
    .requiredOption('-f, --file <path>', 'file, folder or - for standard input; may be given again', collect, [])
    .addHelpText('after', '\nExample:\n  $ leadline apply -f teams.yaml -f catalog-info.yaml')
    .action(async (options: { file: string[] }) => {
      // Everything is checked before anything is changed: a typing error in the last file changes nothing.
      const checked = check(options.file, kinds);
      const results: { kind: string; name: string; result: string }[] = [];
      for (const { file, document, kind } of inOrder(checked, kinds)) {
        const result = await kind.apply(context, document.value, document.name, file).catch((error: unknown) => {
          if (results.length > 0) context.print(results);
          throw atPlace(error, file, document);
        });
        results.push({ kind: document.kind, name: document.name, result });
      }
      context.print(results);
    });
  program
    .command('validate')
    .description('Check files without changing anything')
    .requiredOption('-f, --file <path>', 'file, folder or -; may be given again', collect, [])
    .action((options: { file: string[] }) => context.text(`${check(options.file, kinds).length} documents are valid.`));
  program
    .command('delete')
    .description('Delete one thing, or all that files name')
    .argument('[kind]', kindNames(kinds))
    .argument('[name]')
    .option('-f, --file <path>', 'file, folder or -; may be given again', collect, [])
    .addHelpText('after', '\nExamples:\n  $ leadline delete team payments\n  $ leadline delete -f teams.yaml')
    .action(async (kind: string | undefined, name: string | undefined, options: { file: string[] }) => {
      if (options.file.length > 0) {
        for (const { document, kind: of } of inOrder(check(options.file, kinds), kinds).reverse())
          await of.remove(context, document.name, document.value);
        return;
      }
      if (!kind || !name)
        throw new Refusal({
          status: 400,
          code: 'cli.nothing-named',
          title: 'Say what to delete',
          detail: '`leadline delete KIND NAME` or `leadline delete -f FILE`',
        });
      await kindNamed(kinds, kind).remove(context, name);
    });
  const get =
    program.commands.find((command) => command.name() === 'get') ??
    program.command('get').description('List things, or show one');
  for (const kind of kinds) {
    const word = kind.kind.toLowerCase();
    if (get.commands.some((command) => command.name() === word || command.aliases().includes(word))) continue;
    get
      .command(word)
      .alias(`${word}s`)
      .argument('[name]')
      .description(`${kind.kind} documents, as \`apply\` takes them`)
      .action(async (name: string | undefined) => {
        const found = await kind.get(context, name ?? null);
        context.print(found, undefined);
      });
  }
};

const kindNames = (kinds: readonly DocumentKind[]): string => kinds.map((kind) => kind.kind).join(', ');

const kindNamed = (kinds: readonly DocumentKind[], name: string): DocumentKind => {
  const found = kinds.find(
    (kind) =>
      kind.kind.toLowerCase() === name.toLowerCase().replace(/s$/, '') ||
      kind.kind.toLowerCase() === name.toLowerCase(),
  );
  if (found) return found;
  throw new Refusal({
    status: 400,
    code: 'cli.unknown-kind',
    title: `There is no kind ${name}`,
    detail: `Write one of ${kindNames(kinds)}.`,
  });
};

/** Reads and checks all files; throws one refusal with every error, each as `FILE:LINE:COLUMN field: what is wrong`. */
const check = (paths: readonly string[], kinds: readonly DocumentKind[]): Checked[] => {
  const errors: FieldError[] = [];
  const checked: Checked[] = [];
  for (const file of paths.flatMap(filesAt)) {
    const read = readDocuments(textOf(file));
    for (const error of read.errors)
      errors.push({ path: `${file}:${error.line}:${error.column} ${error.field}`.trim(), message: error.message });
    for (const document of read.documents) {
      const kind = kinds.find((each) => each.kind === document.kind);
      if (!kind) {
        errors.push({
          path: at(file, document, ['kind']),
          message: `there is no kind ${document.kind}; write one of ${kindNames(kinds)}`,
        });
        continue;
      }
      const parsed = kind.schema.safeParse(document.value);
      if (parsed.success) checked.push({ file, document, kind });
      else
        for (const { path, message, keys } of parsed.error.issues) {
          // A field that does not exist is named at its own line, not at its parent's.
          if (keys)
            for (const key of keys)
              errors.push({ path: at(file, document, [...path, key]), message: 'there is no such field' });
          else errors.push({ path: at(file, document, path), message });
        }
    }
  }
  if (errors.length > 0)
    throw new Refusal({
      status: 400,
      code: 'cli.invalid-documents',
      title: `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}; nothing was changed`,
      errors,
    });
  if (checked.length === 0)
    throw new Refusal({ status: 400, code: 'cli.no-documents', title: 'There is no document in these files' });
  return checked;
};

const at = (file: string, document: ReadDocument, path: readonly PropertyKey[]): string => {
  const { line, column } = document.position(path);
  return `${file}:${line}:${column} ${path.map(String).join('.')}`.trim();
};

/** A refusal of the server about a document, told with the place in the file that it is about. */
const atPlace = (error: unknown, file: string, document: ReadDocument): unknown => {
  if (!(error instanceof Refusal)) return error;
  const { problem } = error;
  const errors = (problem.errors ?? [{ path: '', message: problem.detail ?? problem.title }]).map(
    ({ path, message }) => ({
      path: at(
        file,
        document,
        path
          .replace(/^body\.?/, '')
          .split('.')
          .filter(Boolean),
      ),
      message,
    }),
  );
  return new Refusal({ ...problem, errors });
};

/** Kinds are applied in the order in which they were registered: teams before the services that name them. */
const inOrder = (checked: readonly Checked[], kinds: readonly DocumentKind[]): Checked[] =>
  [...checked].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));

const filesAt = (path: string): string[] => {
  if (path === '-') return ['-'];
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new Refusal({ status: 400, code: 'cli.no-file', title: `There is no file ${path}` });
  if (!stat.isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ya?ml|json)$/.test(name) && !name.includes('node_modules'))
    .sort()
    .map((name) => join(path, name));
};

const textOf = (file: string): string => {
  const bytes = readFileSync(file === '-' ? 0 : file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal({ status: 400, code: 'cli.not-utf8', title: `${file} is not UTF-8 text` });
  }
};
