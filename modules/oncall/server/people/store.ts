import { sql, type Transaction } from 'kysely';
import type { Channel, Wishes } from '../../domain/people/rules.ts';
import type { PeopleTables } from './tables.ts';

export type Tx = Transaction<PeopleTables>;

interface Writing {
  readonly personId: string;
  readonly at: Date;
  readonly by: string;
}

/** Keeps what a file says of a person; null where no file says anything any more. */
export const saveFile = async (
  tx: Tx,
  { personId, at, by, file, source }: Writing & { readonly file: Wishes | null; readonly source: string | null },
): Promise<void> => {
  const row = { file: file === null ? null : JSON.stringify(file), source, changed_at: at, changed_by: by };
  // The file's part is written anew; what the person said themselves stays.
  await tx
    .insertInto('oncall.person')
    .values({ person_id: personId, hand: '{}', ...row })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet(row))
    .execute();
};

/** Keeps what a person says by hand, whole. */
export const saveHand = async (
  tx: Tx,
  { personId, at, by, hand }: Writing & { readonly hand: Partial<Wishes> },
): Promise<void> => {
  const row = { hand: JSON.stringify(hand), changed_at: at, changed_by: by };
  // The person's own part is written anew; the file's stays.
  await tx
    .insertInto('oncall.person')
    .values({ person_id: personId, file: null, source: null, ...row })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet(row))
    .execute();
};

/** Changes of one person's settings wait for each other until the transaction ends, also before the first row exists. */
export const lockSettings = async (tx: Tx, personId: string): Promise<void> => {
  // A lock on the name, because a row that does not exist yet cannot be locked.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`oncall:person:${personId}`}, 0))`.execute(tx);
};

export interface MethodWritten {
  readonly personId: string;
  readonly name: string;
  readonly channel: Channel;
  readonly address: string;
  readonly origin: 'hand' | 'file';
  readonly place: number;
  readonly at: Date;
  readonly verified: { readonly how: 'code' | 'file'; readonly by: string; readonly at: Date } | 'as-before' | null;
}

/** Writes a contact method; what it was verified by is replaced, or stays where it is the same address. */
export const writeMethod = async (tx: Tx, method: MethodWritten): Promise<void> => {
  const { verified } = method;
  const proof =
    verified === 'as-before'
      ? {}
      : {
          verified_how: verified?.how ?? null,
          verified_by: verified?.by ?? null,
          verified_at: verified?.at ?? null,
        };
  const row = {
    channel: method.channel,
    address: method.address,
    origin: method.origin,
    place: method.place,
    ...proof,
  };
  // One method of this name a person: another address takes its place.
  await tx
    .insertInto('oncall.contact_method')
    .values({ person_id: method.personId, name: method.name, created_at: method.at, ...row })
    .onConflict((conflict) => conflict.columns(['person_id', 'name']).doUpdateSet(row))
    .execute();
};

export const removeMethods = async (tx: Tx, personId: string, names: readonly string[]): Promise<void> => {
  if (names.length === 0) return;
  // Codes that were sent there go with them.
  await tx
    .deleteFrom('oncall.contact_method')
    .where('person_id', '=', personId)
    .where('name', 'in', [...names])
    .execute();
};

export const removeCode = async (tx: Tx, personId: string, method: string): Promise<void> => {
  // A code counts for the address that it was sent to, and once.
  await tx.deleteFrom('oncall.contact_code').where('person_id', '=', personId).where('method', '=', method).execute();
};

export type CodeRow = PeopleTables['oncall.contact_code'];

/** The last code that was sent to a method. */
export const codeSent = (tx: Tx, personId: string, method: string): Promise<CodeRow | undefined> =>
  // Under the settings' lock, so that two requests at once see each other.
  tx
    .selectFrom('oncall.contact_code')
    .selectAll()
    .where('person_id', '=', personId)
    .where('method', '=', method)
    .executeTakeFirst();

export const saveCode = async (tx: Tx, code: CodeRow): Promise<void> => {
  const { person_id: _person, method: _method, ...change } = code;
  // A new code takes the place of the one before, which counts no more.
  await tx
    .insertInto('oncall.contact_code')
    .values(code)
    .onConflict((conflict) => conflict.columns(['person_id', 'method']).doUpdateSet(change))
    .execute();
};

/** Counts a try before anything is compared. */
export const countTry = async (tx: Tx, personId: string, method: string): Promise<void> => {
  // Committed whatever comes of the try, so that parallel guesses are counted too.
  await tx
    .updateTable('oncall.contact_code')
    .set((row) => ({ tries: row('tries', '+', 1) }))
    .where('person_id', '=', personId)
    .where('method', '=', method)
    .execute();
};

/** A method is verified for good; its code is used up. */
export const markVerified = async (
  tx: Tx,
  { personId, method, by, at }: { personId: string; method: string; by: string; at: Date },
): Promise<void> => {
  // From now on messages go there.
  await tx
    .updateTable('oncall.contact_method')
    .set({ verified_how: 'code', verified_by: by, verified_at: at })
    .where('person_id', '=', personId)
    .where('name', '=', method)
    .execute();
  await removeCode(tx, personId, method);
};
