import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { Refusal } from '../../kernel/problem.ts';
import { tokenize, type Token } from './engine/tokens.ts';

/** Where migrations come from: a module's name and its folder of `<YYYYMMDDHHMM>-<what>.ch.sql`. */
export interface MigrationSource {
  readonly name: string;
  readonly folder: URL;
}

export interface MigrationFile {
  /** `telemetry/202611220100-raw.ch.sql` */
  readonly name: string;
  readonly hash: string;
  readonly statements: readonly string[];
}

const fileName = /^\d{12}-[a-z0-9]+(?:-[a-z0-9]+)*\.ch\.sql$/;

/** All files of all sources in the order of their times (then of their names), so that every installation runs them alike. */
export const readMigrations = async (sources: readonly MigrationSource[]): Promise<MigrationFile[]> => {
  const files: (MigrationFile & { readonly order: string })[] = [];
  for (const source of sources) {
    const folder = new URL(source.folder.href.endsWith('/') ? source.folder.href : `${source.folder.href}/`);
    for (const entry of await readdir(folder)) {
      if (!entry.endsWith('.ch.sql')) continue;
      if (!fileName.test(entry)) throw refusal(`${source.name}/${entry} is not named <YYYYMMDDHHMM>-<what>.ch.sql`);
      const text = await readFile(new URL(entry, folder), 'utf8');
      const hash = createHash('sha256').update(text).digest('hex');
      files.push({
        name: `${source.name}/${entry}`,
        order: `${entry} ${source.name}`,
        hash,
        statements: splitStatements(text, `${source.name}/${entry}`),
      });
    }
  }
  return files.sort((a, b) => (a.order < b.order ? -1 : 1));
};

/** Statements end with a `;` that stands in no quotes and no comment. Each opens with one comment that says why. */
export const splitStatements = (text: string, name: string): string[] => {
  const statements: string[] = [];
  let from = 0;
  for (const token of [...tokensOf(text, name), { kind: 'sign', text: ';', from: text.length, to: text.length }]) {
    if (token.kind !== 'sign' || token.text !== ';') continue;
    const statement = text.slice(from, token.from).trim();
    if (tokensOf(statement, name).length > 0) statements.push(statement);
    from = token.to;
  }
  for (const statement of statements) {
    if (!statement.startsWith('--'))
      throw refusal(`A statement of ${name} does not open with a comment that says why: ${statement.slice(0, 60)}`);
  }
  if (statements.length === 0) throw refusal(`${name} holds no statement`);
  return statements;
};

const tokensOf = (text: string, name: string): Token[] => {
  try {
    return tokenize(text);
  } catch (error) {
    throw refusal(`${name}: ${(error as Error).message}`);
  }
};

const refusal = (detail: string): Refusal =>
  new Refusal({
    status: 500,
    code: 'clickhouse.migration-refused',
    title: 'A ClickHouse migration cannot be applied',
    detail,
  });
