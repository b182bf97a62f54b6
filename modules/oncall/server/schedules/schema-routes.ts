import type { Ground } from '../../../../platform/module/ground.ts';
import * as contract from '../../contract/document-schemas.ts';

/** Puts the JSON Schemas of on-call's documents on the HTTP ground. */
export const addSchemaRoutes = ({ http }: Pick<Ground, 'http'>): void => {
  http.route(contract.listDocumentSchemas, async () => ({
    items: contract.oncallKinds.map((kind) => ({ kind, path: `/api/v1/schemas/${kind}` })),
  }));
  http.route(contract.getDocumentSchema, async ({ params }) => contract.documentSchemaOf(params.kind));
};
