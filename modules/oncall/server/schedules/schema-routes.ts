import type { Ground } from '../../../../platform/module/ground.ts';
import * as contract from '../../contract/document-schemas.ts';

/** Puts the JSON Schemas of on-call's documents on the HTTP ground. */
export const addSchemaRoutes = ({ http }: Pick<Ground, 'http'>): void => {
  http.route(contract.listDocumentSchemas, async () => {
    // Modules above put theirs beside it, each on a path of its own.
    const others = http.routes().flatMap(({ path }) => /^\/api\/v1\/schemas\/([A-Za-z]+)$/u.exec(path)?.[1] ?? []);
    return { items: [...contract.oncallKinds, ...others].map((kind) => ({ kind, path: `/api/v1/schemas/${kind}` })) };
  });
  http.route(contract.getDocumentSchema, async ({ params }) => contract.documentSchemaOf(params.kind));
};
