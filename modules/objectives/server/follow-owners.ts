import { annotationOf } from '../domain/openslo/annotations.ts';
import type { ApplyGround } from './apply-documents.ts';
import { documentsAround, holds } from './document-store.ts';
import * as store from './store.ts';
import type { ObjectivesTables } from './tables.ts';

/** Who changes an objective when its service is handed over. */
const system = { kind: 'system', id: 'objectives', name: 'objectives' } as const;

/** A service that is handed over takes its promises along, unless their documents name an owner themselves. */
export const followOwners = (ground: ApplyGround): void =>
  ground.ledger.react('objectives.owners', ['service.described', 'service.forgotten'], async ({ service }) => {
    if (service) await takeOwnerAlong(ground, service);
  });

/** Repeating it changes nothing. */
export const takeOwnerAlong = (ground: ApplyGround, service: string): Promise<void> =>
  ground.postgres.transaction<ObjectivesTables, void>(async (tx) => {
    await store.lockDocuments(tx);
    const objectives = await store.objectivesOfService(tx, service);
    if (objectives.length === 0) return;
    const owner = await ground.catalog.ownerOf(service);
    const documents = await documentsAround(
      tx,
      objectives.map(({ document }) => document),
      { withSlos: false },
    );
    const at = ground.clock.now();
    for (const { id, document, definition } of objectives) {
      const kept = documents.find(({ kind, name }) => kind === 'SLO' && name === document);
      const ownerSaid = kept && annotationOf(holds(kept).metadata, 'owner') !== null;
      if (ownerSaid || definition.owner === owner) continue;
      const next = { ...definition, owner };
      await store.saveObjective(tx, { id, document, definition: next }, { by: system.name, at });
      await ground.ledger.append(tx, {
        kind: 'objective.described',
        subject: `objective:${definition.name}`,
        service,
        actor: system,
        data: { outcome: 'changed', before: definition, after: next },
      });
    }
  });
