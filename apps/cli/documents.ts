import type { Command } from 'commander';
import { Refusal } from '../../kernel/problem.ts';
import {
  FamilyRefusal,
  type CliContext,
  type DocumentFamily,
  type DocumentKind,
  type FamilyResult,
} from '../../platform/cli/context.ts';
import type { ReadDocument } from '../../platform/cli/read-documents.ts';
import {
  at,
  checkFiles,
  placed,
  wrongFiles,
  type CheckedFiles,
  type FamilyDocument,
  type KindDocument,
  type KnownDocuments,
} from './check-files.ts';
import { compareDocument, type Changed } from './compare-documents.ts';

const collect = (value: string, before: string[]): string[] => [...before, value];

/** `apply`, `diff`, `validate`, `get` and `delete` for every kind of document that the modules register. */
export const registerDocuments = (program: Command, context: CliContext, known: KnownDocuments): void => {
  registerApply(program, context, known);
  registerDiff(program, context, known);
  registerValidate(program, context, known);
  registerDelete(program, context, known);
  registerGet(program, context, known.kinds);
};

const registerApply = (program: Command, context: CliContext, known: KnownDocuments): void => {
  program
    .command('apply')
    .description('Make what the files say: teams, services, journeys, objectives …')
    .requiredOption('-f, --file <path>', 'file, folder or - for standard input; may be given again', collect, [])
    .addHelpText('after', '\nExample:\n  $ leadline apply -f teams.yaml -f catalog-info.yaml -f slo/')
    .action(async (options: { file: string[] }) => {
      // Everything is checked before anything is changed: a typing error in the last file changes nothing.
      const checked = await withoutErrors(options.file, known);
      const results: { kind: string; name: string; result: string }[] = [];
      const orShow = (error: unknown): never => {
        if (results.length > 0) context.print(results);
        throw error;
      };
      for (const { file, document, kind } of inOrder(checked.documents, known.kinds)) {
        const result = await kind
          .apply(context, document.value, document.name, file)
          .catch((error: unknown) => orShow(atPlace(error, file, document)));
        results.push({ kind: document.kind, name: document.name, result });
      }
      for (const { family, documents } of checked.families) {
        const applied = await applyFamily(context, family, documents, false).catch(orShow);
        results.push(...applied.map(({ kind, name, result }) => ({ kind, name, result })));
      }
      context.print(results);
      tellNotes(checked);
    });
};

const registerDiff = (program: Command, context: CliContext, known: KnownDocuments): void => {
  program
    .command('diff')
    .description('Say field by field what apply would change, and exit with 1 when something would')
    .requiredOption('-f, --file <path>', 'file, folder or -; may be given again', collect, [])
    .addHelpText('after', '\nExample:\n  $ leadline diff -f slo/')
    .action(async (options: { file: string[] }) => {
      const checked = await withoutErrors(options.file, known);
      const changed: Changed[] = [];
      for (const document of checked.documents) changed.push(...(await compareDocument(context, document)));
      for (const { family, documents } of checked.families)
        for (const { kind, name, result, changes } of await applyFamily(context, family, documents, true))
          if (result === 'created') changed.push({ kind, name, field: '', before: null, after: 'created' });
          else changed.push(...changes.map((each) => ({ kind, name, ...each })));
      if (changed.length === 0) return context.text('Nothing would change.');
      context.print(changed, ['kind', 'name', 'field', 'before', 'after']);
      process.exitCode = 1;
    });
};

const registerValidate = (program: Command, context: CliContext, known: KnownDocuments): void => {
  program
    .command('validate')
    .description('Check files without a server: every error as FILE:LINE:COLUMN field: what is wrong, what to write')
    .requiredOption('-f, --file <path>', 'file, folder or -; may be given again', collect, [])
    .addHelpText('after', '\nExample:\n  $ leadline validate -f slo/')
    .action(async (options: { file: string[] }) => {
      const checked = await checkFiles(options.file, known);
      tellNotes(checked);
      for (const { path, message } of checked.errors) context.text(`${path}: ${message}`);
      if (checked.errors.length > 0) process.exitCode = 1;
      else {
        const count =
          checked.documents.length + checked.families.reduce((sum, { documents }) => sum + documents.length, 0);
        context.text(`${count} ${count === 1 ? 'document is' : 'documents are'} valid.`);
      }
    });
};

const registerDelete = (program: Command, context: CliContext, known: KnownDocuments): void => {
  program
    .command('delete')
    .description('Delete one thing, or all that files name')
    .argument(
      '[kind]',
      [...known.kinds.map((kind) => kind.kind), ...known.families.flatMap(({ named }) => Object.keys(named))].join(
        ', ',
      ),
    )
    .argument('[name]')
    .option('-f, --file <path>', 'file, folder or -; may be given again', collect, [])
    .addHelpText('after', '\nExamples:\n  $ leadline delete team payments\n  $ leadline delete -f teams.yaml')
    .action(async (kind: string | undefined, name: string | undefined, options: { file: string[] }) => {
      if (options.file.length > 0) {
        const checked = await withoutErrors(options.file, known);
        for (const { family, documents } of checked.families)
          await family.remove(
            context,
            documents.map(({ file, document }) => ({ file, value: document.value })),
          );
        for (const { document, kind: of } of inOrder(checked.documents, known.kinds).reverse())
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
      const named = known.families.map((family) => family.named[kind.toLowerCase()]).find((each) => each !== undefined);
      await (named ? named(context, name) : kindNamed(known.kinds, kind).remove(context, name));
    });
};

const registerGet = (program: Command, context: CliContext, kinds: readonly DocumentKind[]): void => {
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
      .action(async (name: string | undefined) => context.print(await kind.get(context, name ?? null), undefined));
  }
};

/** Files without an error; throws one refusal with every error otherwise. */
const withoutErrors = async (paths: readonly string[], known: KnownDocuments): Promise<CheckedFiles> => {
  const checked = await checkFiles(paths, known);
  if (checked.errors.length > 0) throw wrongFiles(checked.errors);
  return checked;
};

/** Notes stop nothing: they are told beside the results, for people. */
const tellNotes = ({ notes }: CheckedFiles): void => {
  for (const { path, message } of notes) process.stderr.write(`${path}: note: ${message}\n`);
};

const applyFamily = async (
  context: CliContext,
  family: DocumentFamily,
  documents: readonly FamilyDocument[],
  dryRun: boolean,
): Promise<readonly FamilyResult[]> => {
  try {
    const files = documents.map(({ file, document }) => ({ file, value: document.value }));
    return await family.apply(context, files, { dryRun });
  } catch (error) {
    if (error instanceof FamilyRefusal) throw wrongFiles(error.findings.map((finding) => placed(documents, finding)));
    throw error;
  }
};

const kindNamed = (kinds: readonly DocumentKind[], name: string): DocumentKind => {
  const small = name.toLowerCase();
  const found = kinds.find(
    ({ kind }) => kind.toLowerCase() === small.replace(/s$/, '') || kind.toLowerCase() === small,
  );
  if (found) return found;
  throw new Refusal({
    status: 400,
    code: 'cli.unknown-kind',
    title: `There is no kind ${name}`,
    detail: `Write one of ${kinds.map(({ kind }) => kind).join(', ')}.`,
  });
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
const inOrder = (checked: readonly KindDocument[], kinds: readonly DocumentKind[]): KindDocument[] =>
  [...checked].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
