import type { ClientConfig, Pool, PoolClient } from 'pg';

/**
 * Sessions for small statements that find their rows by key, thousands a second. The planner may not scan or hash whatever it believes
 * of tables that grew by thousands since it last looked at them, a transaction that is left open is ended after ten seconds, and a
 * statement is parsed and planned once a connection instead of each time (that was a fifth of what a storm cost).
 */
export const byKeyOptions: Pick<ClientConfig, 'options'> = {
  options: [
    'enable_seqscan=off',
    'enable_hashjoin=off',
    'enable_mergejoin=off',
    'idle_in_transaction_session_timeout=10s',
  ]
    .map((setting) => `-c ${setting}`)
    .join(' '),
};

/** Texts that are prepared; beyond these, which nobody should have, they are planned each time as everywhere else. */
const textsMax = 300;
/** `BEGIN` and the like are nothing to prepare. */
const textLengthMin = 40;

/**
 * Lets the connections of a pool prepare what they are asked, each text under a name of its own. What a migration of another process
 * made stale (feature_not_supported: its columns are others now) is prepared under new names from the next try on.
 */
export const prepareStatements = (pool: Pool): void => {
  const names = new Map<string, string>();
  let count = 0;
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || text.length < textLengthMin || names.size >= textsMax) return known;
    const name = `leadline_${(count += 1)}`;
    names.set(text, name);
    return name;
  };
  const forgetStale = (error: unknown): void => {
    if ((error as { code?: string } | null)?.code === staleState) names.clear();
  };
  pool.on('connect', (client: PoolClient) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    client.query = ((statement: unknown, values: unknown, ...rest: unknown[]) => {
      const name = typeof statement === 'string' && Array.isArray(values) ? nameOf(statement) : undefined;
      if (name === undefined) return query(statement, values, ...rest);
      const asked = query({ name, text: statement, values }, ...rest);
      if (asked instanceof Promise) asked.catch(forgetStale);
      return asked;
    }) as PoolClient['query'];
  });
};
const staleState = '0A000';
