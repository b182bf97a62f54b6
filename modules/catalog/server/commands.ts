import { Refusal } from '../../../kernel/problem.ts';
import type { Actor } from '../../../platform/http/http.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import type { Applied, EntityDescription, EntityKind, JourneyDescription, ServiceDescription } from '../contract.ts';
import { mayDescribe, saysTheSame } from '../domain/describe.ts';
import * as store from './store.ts';
import type { CatalogTables } from './tables.ts';

/** What the commands stand on; `teamExists` comes through identity's door. */
export interface CatalogGround extends Pick<Ground, 'postgres' | 'ledger' | 'clock' | 'log'> {
  teamExists(name: string): Promise<boolean>;
}

/** One kind of thing that can be described: how it is read, written, named and announced. */
interface Describable<Said extends { owner: string | null }> {
  /** `service:shop/checkout` */
  readonly subject: string;
  readonly service: string | null;
  readonly kind: { readonly described: string; readonly removed: string };
  /** Null when it is not known; `said` null when it is known without a description. */
  read(tx: store.Tx): Promise<{ said: Said | null; owner: string | null } | null>;
  write(tx: store.Tx, said: Said, described: store.Description): Promise<void>;
  remove(tx: store.Tx): Promise<void>;
}

/** Describes a service; what is already so changes nothing and puts nothing on the ledger. */
export const describeService = (
  ground: CatalogGround,
  actor: Actor,
  name: string,
  said: ServiceDescription,
): Promise<Applied> => describe(ground, actor, serviceThing(name), { ...said, dependsOn: inKeyOrder(said.dependsOn) });

export const forgetService = (ground: CatalogGround, actor: Actor, name: string): Promise<void> =>
  remove(ground, actor, serviceThing(name));

export const describeJourney = (
  ground: CatalogGround,
  actor: Actor,
  name: string,
  said: JourneyDescription,
): Promise<Applied> => describe(ground, actor, journeyThing(name), said);

export const deleteJourney = (ground: CatalogGround, actor: Actor, name: string): Promise<void> =>
  remove(ground, actor, journeyThing(name));

export const describeEntity = (
  ground: CatalogGround,
  actor: Actor,
  kind: EntityKind,
  name: string,
  said: EntityDescription,
): Promise<Applied> => describe(ground, actor, entityThing(kind, name), said);

export const deleteEntity = (ground: CatalogGround, actor: Actor, kind: EntityKind, name: string): Promise<void> =>
  remove(ground, actor, entityThing(kind, name));

const describe = async <Said extends { owner: string | null }>(
  ground: CatalogGround,
  actor: Actor,
  thing: Describable<Said>,
  said: Said,
): Promise<Applied> => {
  if (said.owner !== null && !(await ground.teamExists(said.owner))) throw ownerUnknown(said.owner);
  return ground.postgres.transaction<CatalogTables, Applied>(async (tx) => {
    await store.lockName(tx, thing.subject);
    const present = await thing.read(tx);
    requireOwner(actor, { present: present?.owner ?? null, next: said.owner });
    if (present?.said && saysTheSame(present.said, said)) return { outcome: 'unchanged' };
    await thing.write(tx, said, { by: actor.name, at: ground.clock.now() });
    const outcome = present === null ? 'created' : 'changed';
    await ground.ledger.append(tx, {
      kind: thing.kind.described,
      subject: thing.subject,
      service: thing.service,
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      data: { outcome, before: present?.said ?? null, after: said },
    });
    return { outcome };
  });
};

const remove = async <Said extends { owner: string | null }>(
  ground: CatalogGround,
  actor: Actor,
  thing: Describable<Said>,
): Promise<void> => {
  await ground.postgres.transaction<CatalogTables, void>(async (tx) => {
    await store.lockName(tx, thing.subject);
    const present = await thing.read(tx);
    if (present === null) throw unknownThing(thing.subject);
    requireOwner(actor, { present: present.owner, next: null });
    await thing.remove(tx);
    await ground.ledger.append(tx, {
      kind: thing.kind.removed,
      subject: thing.subject,
      service: thing.service,
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      data: { before: present.said },
    });
  });
};

const serviceThing = (name: string): Describable<ServiceDescription> => ({
  subject: `service:${name}`,
  service: name,
  kind: { described: 'service.described', removed: 'service.forgotten' },
  read: async (tx) => {
    const row = await store.lockService(tx, name);
    return (
      row && {
        said: row.description && { ...row.description, dependsOn: inKeyOrder(row.description.dependsOn) },
        owner: row.owner,
      }
    );
  },
  write: async (tx, said, described) => {
    await store.insertService(tx, name);
    await store.writeService(tx, name, said, described);
  },
  remove: (tx) => store.removeService(tx, name),
});

const journeyThing = (name: string): Describable<JourneyDescription> => ({
  subject: `journey:${name}`,
  service: null,
  kind: { described: 'journey.described', removed: 'journey.deleted' },
  read: async (tx) => {
    const said = await store.lockJourney(tx, name);
    return said && { said, owner: said.owner };
  },
  write: (tx, said, described) => store.writeJourney(tx, name, said, described),
  remove: (tx) => store.removeJourney(tx, name),
});

const entityThing = (kind: EntityKind, name: string): Describable<EntityDescription> => ({
  subject: `${kind}:${name}`,
  service: null,
  kind: { described: 'entity.described', removed: 'entity.deleted' },
  read: async (tx) => {
    const said = await store.lockEntity(tx, kind, name);
    return said && { said, owner: said.owner };
  },
  write: (tx, said, described) => store.writeEntity(tx, kind, name, said, described),
  remove: (tx) => store.removeEntity(tx, kind, name),
});

/** The order in which dependencies are read back, without repeats: their order in a document means nothing. */
const inKeyOrder = (dependsOn: ServiceDescription['dependsOn']): ServiceDescription['dependsOn'] => {
  const byKey = new Map(dependsOn.map((each) => [JSON.stringify([each.target, each.targetKind, each.kind]), each]));
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...byKey.values()].sort(
    (a, b) => order(a.target, b.target) || order(a.targetKind, b.targetKind) || order(a.kind, b.kind),
  );
};

const requireOwner = (actor: Actor, owners: { present: string | null; next: string | null }): void => {
  const decision = mayDescribe(actor, owners);
  if (decision.allowed) return;
  const why = {
    'no-owner': 'Nobody owns it yet: name a team in which you are an editor, or ask an editor of the organisation.',
    'not-in-present-owner': `It belongs to the team ${owners.present}, and you are no editor there or in the organisation.`,
    'not-in-new-owner': `You are no editor in the team ${owners.next} or in the organisation.`,
  }[decision.reason];
  throw new Refusal({
    status: 403,
    code: 'catalog.not-the-owner',
    title: 'Only its owners may change this',
    detail: why,
  });
};

const ownerUnknown = (owner: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'catalog.owner-unknown',
    title: 'The owner is not a team',
    detail: `There is no team ${owner}. Apply it first (kind: Team), or make it on the page Settings, Teams.`,
    errors: [{ path: 'body.owner', message: `no team ${owner}` }],
  });

const unknownThing = (subject: string): Refusal => {
  const [kind, ...rest] = subject.split(':');
  return new Refusal({
    status: 404,
    code: `catalog.${kind}-unknown`,
    title: `The catalog knows no such ${kind}`,
    detail: rest.join(':'),
  });
};
