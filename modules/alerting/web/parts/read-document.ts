import type { z } from 'zod';

/** What a document says, by its name. */
export interface Said<Spec> {
  readonly name: string;
  readonly spec: Spec;
}
export type ReadAnswer<Spec> = { readonly said: Said<Spec> } | { readonly faults: readonly string[] };

const faultsMax = 5;
/** A text that names itself again and again would grow without end. */
const aliasesMax = 100;

/** What a typed YAML document says by its schema, or what is wrong with it, each fault with where it is. */
export const readDocument = async <Spec>(
  text: string,
  schema: z.ZodType<{ readonly metadata: { readonly name: string }; readonly spec: Spec }>,
): Promise<ReadAnswer<Spec>> => {
  const { parseDocument } = await import('yaml');
  const parsed = parseDocument(text);
  if (parsed.errors.length > 0)
    return { faults: parsed.errors.slice(0, faultsMax).map(({ message }) => message.split('\n')[0]!) };
  let plain: unknown;
  try {
    plain = parsed.toJS({ maxAliasCount: aliasesMax });
  } catch (error) {
    return { faults: [error instanceof Error ? error.message : String(error)] };
  }
  const read = schema.safeParse(plain);
  if (read.success) return { said: { name: read.data.metadata.name, spec: read.data.spec } };
  const { issues } = read.error;
  return {
    faults: issues.slice(0, faultsMax).map(({ path, message }) => `${path.join('.') || 'the document'}: ${message}`),
  };
};
