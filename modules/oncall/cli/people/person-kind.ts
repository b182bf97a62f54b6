import { Refusal } from '../../../../kernel/problem.ts';
import type { DocumentKind } from '../../../../platform/cli/context.ts';
import { listPersonDocuments, personDocument, putPerson, removePersonDocument } from '../../contract/people.ts';
import { meansSame } from '../../domain/people/wishes.ts';

const pageOfAll = 200;

/** `kind: Person`: a person and how they are reached. */
export const personKind: DocumentKind = {
  kind: 'Person',
  schema: personDocument,
  apply: async (context, document, name, file) => {
    const { spec } = personDocument.parse(document);
    const query = file === undefined || file === '-' ? {} : { source: file };
    return (await inSpec(context.call(putPerson, { params: { person: name }, query, body: spec }))).outcome;
  },
  remove: (context, name) => context.call(removePersonDocument, { params: { person: name } }),
  get: async (context, name) => {
    if (name !== null) return (await context.call(listPersonDocuments, { query: { name } })).items;
    const people: unknown[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await context.call(listPersonDocuments, { query: { limit: pageOfAll, cursor } });
      people.push(...page.items);
      cursor = page.next as string | null;
    }
    return people;
  },
  meansSame,
};

/** The body of the route is the document's `spec`: wrong fields are named by where they stand in the file. */
const inSpec = async <Value>(answer: Promise<Value>): Promise<Value> => {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Refusal) || !error.problem.errors) throw error;
    throw new Refusal({
      ...error.problem,
      errors: error.problem.errors.map((each) => ({ ...each, path: each.path.replace(/^body\b/, 'spec') })),
    });
  }
};
