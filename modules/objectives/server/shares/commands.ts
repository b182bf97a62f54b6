import { Refusal } from '../../../../kernel/problem.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../../catalog/server/public.ts';
import type { IdentityDoor } from '../../../identity/server/public.ts';
import type { Share } from '../../contract/reviews.ts';
import { mayChange } from '../../domain/may-change.ts';
import { requireOwner } from '../owners.ts';
import * as store from './store.ts';
import type { SharesTables } from './tables.ts';

export interface SharesGround extends Pick<Ground, 'postgres' | 'ledger' | 'clock'> {
  readonly catalog: Pick<CatalogDoor, 'ownerOf'>;
  readonly linkSecrets: IdentityDoor['linkSecrets'];
}

/** Links in force at once; a list shows them all. */
export const sharesMax = 500;

interface Said {
  readonly objectives: readonly string[];
  readonly title: string;
  readonly expiresAt: string | null;
}

/** Makes a link to objectives of which one is an owner. The secret is only in this answer. */
export const makeShare = (ground: SharesGround, actor: Actor, said: Said): Promise<{ share: Share; secret: string }> =>
  ground.postgres.transaction<SharesTables, { share: Share; secret: string }>(async (tx) => {
    const now = new Date(ground.clock.now().epochMilliseconds);
    const expiresAt = said.expiresAt === null ? null : new Date(said.expiresAt);
    if (expiresAt !== null && expiresAt <= now) throw wrong('body.expiresAt', 'is in the past');
    const names = [...new Set(said.objectives)];
    const present = await store.objectivesNamed(tx, names);
    const unknown = names.filter((name) => !present.some((each) => each.name === name));
    if (unknown.length > 0)
      throw wrong(`body.objectives.${names.indexOf(unknown[0]!)}`, `there is no objective ${unknown[0]}`);
    for (const { name, ...of } of present)
      requireOwner(actor, { present: await ownerOf(ground, of), next: null, what: `Objective ${name}` });
    if ((await store.countShares(tx, now)) >= sharesMax) throw tooMany();
    const { secret, hash } = ground.linkSecrets.make();
    const row: store.ShareRow = {
      id: newId(now.getTime()),
      secret_hash: hash,
      title: said.title,
      objectives: names,
      created_by: actor.name,
      created_by_id: actor.id,
      created_at: now,
      expires_at: expiresAt,
      ended_at: null,
      ended_by: null,
    };
    await store.insertShare(tx, row);
    await tell(ground, tx, actor, 'objective-share.made', row);
    return { share: shareShape(row), secret };
  });

/** Ends a link: whoever made it may, and the owners of any of its objectives. */
export const endShare = (ground: SharesGround, actor: Actor, id: string): Promise<void> =>
  ground.postgres.transaction<SharesTables, void>(async (tx) => {
    const now = new Date(ground.clock.now().epochMilliseconds);
    const row = await store.lockShare(tx, id, now);
    if (row === null) throw noShare(404);
    if (row.created_by_id !== actor.id && !(await ownsAny(ground, tx, actor, row.objectives)))
      requireOwner(actor, { present: null, next: null, what: 'This link' });
    await store.endShare(tx, id, actor.name, now);
    await tell(ground, tx, actor, 'objective-share.ended', row);
  });

export const shareShape = (row: store.ShareRow): Share => ({
  id: row.id,
  objectives: row.objectives,
  title: row.title,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
});

/** One text for unknown, ended and run out: whoever holds a wrong link learns nothing from it. */
export const noShare = (status: 404): Refusal =>
  new Refusal({
    status,
    code: 'objectives.share-unknown',
    title: 'This link opens nothing',
    detail: 'It is wrong, has run out or was ended. Ask whoever gave it to you for another.',
  });

const ownerOf = async (
  { catalog }: SharesGround,
  { owner, service }: { readonly owner: string | null; readonly service: string | null },
): Promise<string | null> => owner ?? (service === null ? null : catalog.ownerOf(service));

const ownsAny = async (
  ground: SharesGround,
  tx: store.Tx,
  actor: Actor,
  names: readonly string[],
): Promise<boolean> => {
  for (const objective of await store.objectivesNamed(tx, names))
    if (mayChange(actor, { present: await ownerOf(ground, objective), next: null }).allowed) return true;
  return false;
};

const tell = (
  { ledger }: SharesGround,
  tx: store.Tx,
  actor: Actor,
  kind: 'objective-share.made' | 'objective-share.ended',
  row: store.ShareRow,
): Promise<string> =>
  ledger.append(tx, {
    kind,
    subject: `objective-share:${row.id}`,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    data: { title: row.title, objectives: row.objectives, expiresAt: row.expires_at?.toISOString() ?? null },
  });

const wrong = (path: string, message: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'objectives.bad-share',
    title: 'This link cannot be made',
    detail: message,
    errors: [{ path, message }],
  });

const tooMany = (): Refusal =>
  new Refusal({
    status: 422,
    code: 'objectives.too-many-shares',
    title: `There are at most ${sharesMax} read-only links`,
    detail: 'End some that nobody reads any more.',
  });
