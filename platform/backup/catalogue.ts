import type { ClientBase } from 'pg';
import type { SequenceState, TableStart } from './format.ts';

/** Applied migrations stand in the header; the clock is moved by tests only. */
const notKept = ['ground.migration', 'ground.clock'];

/** Every table of Leadline's own schemas with the columns that hold data of their own. */
export const selectTables = async (client: ClientBase): Promise<TableStart[]> => {
  const { rows } = await client.query<TableStart>(
    `-- Tables to keep, with their columns in order; generated columns are computed again.
     SELECT n.nspname AS schema, c.relname AS table,
       array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'public') AND c.relkind = 'r'
       AND n.nspname || '.' || c.relname <> ALL ($1::text[])
     GROUP BY n.nspname, c.relname ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`,
    [notKept],
  );
  return rows;
};

export const selectSequences = async (client: ClientBase): Promise<SequenceState[]> => {
  const { rows } = await client.query<{ schema: string; sequence: string }>(
    `-- Every sequence of Leadline's own schemas.
     SELECT n.nspname AS schema, c.relname AS sequence FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'S' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'public')
     ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`,
  );
  const states: SequenceState[] = [];
  for (const { schema, sequence } of rows) {
    const found = await client.query<{ last: string; called: boolean }>(
      `-- Where the sequence stands; read after the tables, so never behind them.
       SELECT last_value::text AS last, is_called AS called FROM ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(sequence)}`,
    );
    states.push({ schema, sequence, ...found.rows[0]! });
  }
  return states;
};

export interface ForeignKey {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/** Every foreign key of Leadline's own schemas; `table` is quoted and qualified. */
export const selectForeignKeys = async (client: ClientBase): Promise<ForeignKey[]> => {
  const { rows } = await client.query<ForeignKey>(
    `-- Foreign keys, so that tables can be filled in any order and all keys be checked afterwards.
     SELECT format('%I.%I', n.nspname, c.relname) AS table, quote_ident(k.conname) AS name, pg_get_constraintdef(k.oid) AS definition
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE k.contype = 'f' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'public')
     ORDER BY 1, 2`,
  );
  return rows;
};
