import { usersOf } from '../domain/compile-change.ts';
import type { OpenSloKind } from '../domain/openslo/kinds.ts';
import { Refusal } from '../../../kernel/problem.ts';
import type { Actor } from '../../../platform/http/http.ts';
import { madeFromFile, removeObjective, type ApplyGround } from './apply-documents.ts';
import { hideSecrets } from './document-secrets.ts';
import { documentsAround, holds, knownObjectives, type KeptDocument } from './document-store.ts';
import { ownerOf, requireOwner } from './owners.ts';
import { keepRemaining } from './corrections/traffic-store.ts';
import * as store from './store.ts';
import type { ObjectivesTables } from './tables.ts';

/** By hand, or because a file says so (`leadline delete -f`). */
export interface Deletion {
  readonly origin: 'hand' | 'file';
}

/** Deletes an objective, its document and the other objectives of that document. */
export const deleteObjective = (ground: ApplyGround, actor: Actor, name: string, by: Deletion): Promise<void> =>
  inOneChange(ground, async (tx) => {
    const present = await store.lockObjective(tx, name);
    if (present === null) throw unknownObjective(name);
    await removeDocument(ground, tx, actor, { kind: 'SLO', name: present.document, ...by });
  });

/** Deletes a document; an SLO with its objectives. What others refer to stays. */
export const deleteDocument = (
  ground: ApplyGround,
  actor: Actor,
  document: { readonly kind: string; readonly name: string } & Deletion,
): Promise<void> => inOneChange(ground, (tx) => removeDocument(ground, tx, actor, document));

const inOneChange = (ground: ApplyGround, work: (tx: store.Tx) => Promise<void>): Promise<void> =>
  ground.postgres.transaction<ObjectivesTables, void>(async (tx) => {
    await store.lockDocuments(tx);
    await work(tx);
  });

const removeDocument = async (
  ground: ApplyGround,
  tx: store.Tx,
  actor: Actor,
  { kind, name, origin }: { readonly kind: string; readonly name: string } & Deletion,
): Promise<void> => {
  const documents = await documentsAround(tx, [name], { withSlos: kind !== 'SLO' });
  const present = documents.find((each) => each.kind === kind && each.name === name);
  if (!present) throw unknownDocument(kind, name);
  requireOwner(actor, { present: await ownerOf(ground, tx, present), next: null, what: `${kind} ${name}` });
  if (present.origin === 'file' && origin === 'hand' && ground.handChanges === 'refuse') throw madeFromFile(present);
  await refuseUsed(tx, present, documents);
  for (const objective of await store.objectivesOfDocument(tx, kind === 'SLO' ? name : ''))
    await removeObjective(ground, tx, actor, objective);
  await store.removeDocument(tx, kind, name);
  await ground.ledger.append(tx, {
    kind: 'objective-document.deleted',
    subject: `objective-document:${kind}/${name}`,
    service: null,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    data: { before: hideSecrets(holds(present)) },
  });
  if (kind !== 'SLO') return;
  await keepRemaining(tx, ground.clock.now());
  await store.markUnused(tx, ground.clock.now());
};

/** What others are made of or refer to is not deleted below them. */
const refuseUsed = async (tx: store.Tx, document: KeptDocument, documents: readonly KeptDocument[]): Promise<void> => {
  const { kind, name } = document;
  const users = usersOf(kind as OpenSloKind, name, documents.map(holds)).map((each) => `${each.kind} ${each.name}`);
  if (kind === 'SLO') {
    const mine = new Set(await store.objectivesOfDocument(tx, name));
    for (const other of await knownObjectives(tx))
      if (!mine.has(other.name) && other.parts.some((part) => mine.has(part))) users.push(`objective ${other.name}`);
  }
  if (users.length === 0) return;
  const shown = users.slice(0, 10).join(', ');
  throw new Refusal({
    status: 409,
    code: 'objectives.in-use',
    title: `${kind} ${name} is in use`,
    detail: `${shown}${users.length > 10 ? ` and ${users.length - 10} more` : ''} ${users.length === 1 ? 'refers' : 'refer'} to it. Change or delete ${users.length === 1 ? 'that' : 'those'} first.`,
  });
};

export const unknownObjective = (name: string): Refusal =>
  new Refusal({ status: 404, code: 'objectives.unknown', title: 'There is no such objective', detail: name });

export const unknownDocument = (kind: string, name: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'objectives.document-unknown',
    title: 'There is no such document',
    detail: `${kind} ${name}`,
  });
