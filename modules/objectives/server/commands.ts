import { Refusal } from '../../../kernel/problem.ts';
import { reaches } from '../../../kernel/role.ts';
import type { Actor } from '../../../platform/http/http.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import * as store from './store.ts';
import type { ObjectivesTables } from './tables.ts';

/** What the commands stand on. */
export type ObjectivesGround = Pick<Ground, 'postgres' | 'ledger' | 'clock'>;

/** Deletes an objective, its document and the other objectives of that document. */
export const deleteObjective = (ground: ObjectivesGround, actor: Actor, name: string): Promise<void> =>
  ground.postgres.transaction<ObjectivesTables, void>(async (tx) => {
    await store.lockDocuments(tx);
    const present = await store.lockObjective(tx, name);
    if (present === null) throw unknownObjective(name);
    for (const each of await store.objectivesOfDocument(tx, present.document)) {
      const { definition } = (await store.lockObjective(tx, each))!;
      requireOwner(actor, definition.owner);
      await store.removeObjective(tx, each);
      await ground.ledger.append(tx, {
        kind: 'objective.deleted',
        subject: `objective:${each}`,
        service: definition.service,
        actor: { kind: actor.kind, id: actor.id, name: actor.name },
        data: { before: definition },
      });
    }
    await store.removeDocument(tx, 'SLO', present.document);
    await store.markUnused(tx, ground.clock.now());
  });

/** Editors of the team that owns it, and of the organisation. */
const requireOwner = (actor: Actor, owner: string | null): void => {
  if (reaches(actor.role, 'editor') || (owner !== null && reaches(actor.teams[owner] ?? null, 'editor'))) return;
  throw new Refusal({
    status: 403,
    code: 'objectives.not-the-owner',
    title: 'Only its owners may change this',
    detail:
      owner === null
        ? 'Nobody owns it: ask an editor of the organisation.'
        : `It belongs to the team ${owner}, and you are no editor there or in the organisation.`,
  });
};

export const unknownObjective = (name: string): Refusal =>
  new Refusal({ status: 404, code: 'objectives.unknown', title: 'There is no such objective', detail: name });
