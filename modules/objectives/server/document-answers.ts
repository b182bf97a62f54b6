import { decodeCursor, encodeCursor } from '../../../platform/http/paging.ts';
import { inKindOrder, sourcesOf } from '../domain/compile-change.ts';
import { openSloKinds, type OpenSloDocument } from '../domain/openslo/kinds.ts';
import { inSpecificationOrder } from '../domain/openslo/in-order.ts';
import { listAt, textAt } from '../domain/openslo/json.ts';
import type { KeptDocumentAnswer } from '../contract/documents.ts';
import { unknownDocument, unknownObjective } from './commands.ts';
import { hideSecrets } from './document-secrets.ts';
import * as kept from './document-store.ts';
import type { Db } from './store.ts';

/** One page of documents. */
export const documentPage = async (
  db: Db,
  query: { readonly kind?: string | undefined; readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: KeptDocumentAnswer[]; next: string | null }> => {
  const parts = query.cursor === undefined ? null : decodeCursor(query.cursor, 2).map(String);
  const after = parts && { kind: parts[0]!, name: parts[1]! };
  const rows = await kept.documents(db, { kind: query.kind ?? null, after, limit: query.limit + 1 });
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  return {
    items: items.map(answerOf),
    next: rows.length > query.limit && last ? encodeCursor([last.kind, last.name]) : null,
  };
};

export const oneDocument = async (
  db: Db,
  { kind, name }: { readonly kind: string; readonly name: string },
): Promise<KeptDocumentAnswer> => {
  const document = await kept.documentByName(db, kind, name);
  if (!document) throw unknownDocument(kind, name);
  return answerOf(document);
};

/** The document that makes an objective and all that it refers to, in the order in which they are applied. */
export const documentsOfObjective = async (
  db: Db,
  objective: string,
): Promise<{ items: KeptDocumentAnswer[]; next: null }> => {
  const name = await kept.documentOfObjective(db, objective);
  if (name === null) throw unknownObjective(objective);
  const found = new Map<string, kept.KeptDocument>();
  const add = async (kind: string, of: string | null): Promise<OpenSloDocument | null> => {
    const document = of === null ? null : await kept.documentByName(db, kind, of);
    if (document) found.set(`${kind} ${document.name}`, document);
    return document && kept.holds(document);
  };
  const slo = await add('SLO', name);
  await add('Service', textAt(slo, 'spec', 'service'));
  for (const each of [slo?.spec, ...listAt(slo, 'spec', 'objectives')]) await add('SLI', textAt(each, 'indicatorRef'));
  for (const each of listAt(slo, 'spec', 'alertPolicies')) {
    const policy = (await add('AlertPolicy', textAt(each, 'alertPolicyRef'))) ?? each;
    for (const condition of listAt(policy, 'spec', 'conditions'))
      await add('AlertCondition', textAt(condition, 'conditionRef'));
    for (const target of listAt(policy, 'spec', 'notificationTargets'))
      await add('AlertNotificationTarget', textAt(target, 'targetRef'));
  }
  const documents = new Map([...found].map(([key, document]) => [key, kept.holds(document)]));
  for (const source of sourcesOf(slo, documents)) await add('DataSource', source);
  return { items: [...found.values()].sort(inKindOrder(openSloKinds)).map(answerOf), next: null };
};

const answerOf = (document: kept.KeptDocument): KeptDocumentAnswer => ({
  kind: document.kind,
  name: document.name,
  body: shown(kept.holds(document)),
  origin: document.origin,
  source: document.source,
  inFile: document.override === null ? null : shown(document.body),
  changedBy: document.changedBy,
  changedAt: document.changedAt.toString(),
});

const shown = (body: OpenSloDocument): Record<string, unknown> =>
  inSpecificationOrder(hideSecrets(body)) as Record<string, unknown>;
