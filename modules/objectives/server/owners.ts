import { annotationOf } from '../domain/openslo/annotations.ts';
import { mayChange } from '../domain/may-change.ts';
import type { Objective } from '../domain/objective.ts';
import { Refusal } from '../../../kernel/problem.ts';
import type { Actor } from '../../../platform/http/http.ts';
import type { CatalogDoor } from '../../catalog/server/public.ts';
import { holds, type KeptDocument } from './document-store.ts';
import * as store from './store.ts';

/** The catalog is asked at each change: a service that was handed over takes its promises along. */
export interface OwnersGround {
  readonly catalog: Pick<CatalogDoor, 'ownerOf'>;
}

interface Changed {
  readonly kind: string;
  readonly name: string;
  readonly present: KeptDocument | null;
  readonly body: { readonly metadata: unknown };
}

/** Refuses whoever is no editor in the teams that own what is changed and what it becomes. */
export const requireOwners = async (
  ground: OwnersGround,
  tx: store.Tx,
  actor: Actor,
  changed: readonly Changed[],
  slos: readonly { readonly document: string; readonly objectives: readonly Objective[] }[],
): Promise<void> => {
  for (const { kind, name, present, body } of changed) {
    const made = kind === 'SLO' ? (slos.find(({ document }) => document === name)?.objectives ?? []) : [];
    const next = made[0]?.owner ?? annotationOf(body.metadata, 'owner');
    requireOwner(actor, {
      present: present === null ? null : await ownerOf(ground, tx, present),
      next,
      what: `${kind} ${name}`,
    });
  }
};

/** Team that owns a kept document: the one that it names, else the owner of the service that it promises something of. */
export const ownerOf = async (ground: OwnersGround, tx: store.Tx, document: KeptDocument): Promise<string | null> => {
  const said = annotationOf(holds(document).metadata, 'owner');
  if (said !== null || document.kind !== 'SLO') return said;
  for (const name of await store.objectivesOfDocument(tx, document.name)) {
    const service = (await store.lockObjective(tx, name))?.definition.service ?? null;
    if (service !== null) return ground.catalog.ownerOf(service);
  }
  return null;
};

export const requireOwner = (
  actor: Actor,
  { present, next, what }: { present: string | null; next: string | null; what: string },
): void => {
  const decision = mayChange(actor, { present, next });
  if (decision.allowed) return;
  const why = {
    'no-owner':
      'Nobody owns it: name a team in which you are an editor (annotation leadline.dev/owner), or ask an editor of the organisation.',
    'not-in-present-owner': `It belongs to the team ${present}, and you are no editor there or in the organisation.`,
    'not-in-new-owner': `It would belong to the team ${next}, and you are no editor there or in the organisation.`,
  }[decision.reason];
  throw new Refusal({
    status: 403,
    code: 'objectives.not-the-owner',
    title: 'Only its owners may change this',
    detail: `${what}: ${why}`,
  });
};
