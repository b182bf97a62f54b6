import type { Ground } from '../../../platform/module/ground.ts';
import type { z } from 'zod';
import * as contract from '../contract.ts';
import * as documents from '../contract/documents.ts';
import { applyDocuments, type ApplyGround } from './apply-documents.ts';
import * as commands from './commands.ts';
import { documentPage, documentsOfObjective, oneDocument } from './document-answers.ts';
import { fromBody, fromFiles, fromText, tellingPlaces, type SaidDocuments } from './said-documents.ts';
import type { ObjectivesTables } from './tables.ts';

/** Puts the routes that change objectives on the HTTP ground; what reads them stands in `report-routes.ts`. */
export const addRoutes = ({ http, postgres }: Ground, apply: ApplyGround): void => {
  http.route(contract.applyObjectives, async ({ body, query, signedIn }) => {
    const actor = signedIn();
    const said = saidIn(body);
    const application = { values: said.values, ...optionsOf(body, query, said.values.length) };
    const { items, notes } = await tellingPlaces(said, () => applyDocuments(apply, actor, application));
    return {
      items: items.map((item) => ({ ...item, objectives: [...item.objectives], changes: [...item.changes] })),
      notes: notes.map((note) => ({ path: said.place(note), message: note.message })),
    };
  });
  http.route(
    contract.deleteObjective,
    ({ params, query, signedIn }) => commands.deleteObjective(apply, signedIn(), params.name, query) as never,
  );
  http.route(
    documents.deleteDocument,
    ({ params, query, signedIn }) => commands.deleteDocument(apply, signedIn(), { ...params, ...query }) as never,
  );
  const db = postgres.tables<ObjectivesTables>();
  http.route(documents.listDocuments, ({ query }) =>
    query.objective === undefined ? documentPage(db, query) : documentsOfObjective(db, query.objective),
  );
  http.route(documents.getDocument, ({ params }) => oneDocument(db, params));
};

type Body = z.output<typeof contract.applyObjectives.body>;
type Query = z.output<typeof contract.applyObjectives.query>;

type Text = Extract<Body, { text: string }>;
type Several = Extract<Body, { documents: unknown[] }>;

const isText = (body: Body): body is Text => !Array.isArray(body) && typeof (body as Text).text === 'string';
const isSeveral = (body: Body): body is Several => !Array.isArray(body) && Array.isArray((body as Several).documents);

const saidIn = (body: Body): SaidDocuments => {
  if (isText(body)) return fromText(body.text);
  return isSeveral(body) ? fromFiles(body.documents.map(({ document }) => document)) : fromBody(body);
};

/** In the body, beside the documents, else in the address. */
const optionsOf = (body: Body, query: Query, count: number) => {
  const said = isText(body) || isSeveral(body) ? body : null;
  const one = query.source ?? (isText(body) ? body.source : null);
  return {
    origin: query.origin ?? said?.origin ?? 'hand',
    sources: isSeveral(body) ? body.documents.map(({ source }) => source) : Array.from({ length: count }, () => one),
    dryRun: query.dryRun ?? said?.dryRun ?? false,
  };
};
