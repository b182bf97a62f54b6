import { Refusal } from '../../../../kernel/problem.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../../catalog/server/public.ts';
import * as contract from '../../contract/reviews.ts';
import { dueOf, isListed, reviewDueOn } from '../../domain/review-due.ts';
import { requireOwner } from '../owners.ts';
import { allObjectives, lockObjective } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { definedAt, type DefinedAt } from '../views/definitions.ts';
import { unknownObjective } from '../views/report.ts';
import { evidenceOf, type EvidenceGround } from './evidence.ts';
import { insertReview, lastReviews, reviewsOf } from './store.ts';
import type { ReviewsTables } from './tables.ts';

/** Reviews of one objective that are shown, and how far ahead the next may lie. */
const limits = { reviewsShown: 50, nextDaysMax: 3 * 366 } as const;

/** Puts the routes of reviews on the HTTP ground. */
export const addReviewRoutes = (
  ground: EvidenceGround & Pick<Ground, 'http'>,
  { catalog }: { readonly catalog: Pick<CatalogDoor, 'ownerOf'> },
): void => {
  const { http, postgres, clock, ledger } = ground;
  const db = postgres.tables<ReviewsTables>();
  const today = (): string => clock.now().toString().slice(0, 10);
  const defined = async (name: string): Promise<DefinedAt> => {
    const found = await definedAt(postgres.tables<ObjectivesTables>(), name, clock.now());
    if (!found) throw unknownObjective(name);
    return found;
  };

  http.route(contract.getReview, async ({ params }) => {
    const found = await defined(params.name);
    const { id, definition } = found.kept;
    const [evidence, reviews] = await Promise.all([evidenceOf(ground, found), reviewsOf(db, id, limits.reviewsShown)]);
    const [newest] = reviews;
    const last = newest ? { on: newest.at.slice(0, 10), nextOn: newest.nextOn } : null;
    const due = dueOf(reviewDueOn({ reviewOn: definition.reviewOn, last }), today());
    return { name: params.name, owner: definition.owner, ...due, evidence, reviews };
  });

  http.route(contract.recordReview, async ({ params, body, signedIn }) => {
    const actor = signedIn();
    const found = await defined(params.name);
    const { id, definition } = found.kept;
    const owner = definition.owner ?? (definition.service === null ? null : await catalog.ownerOf(definition.service));
    requireOwner(actor, { present: owner, next: null, what: `Objective ${params.name}` });
    refuseDay(body.nextOn, today());
    const review: contract.Review = {
      at: new Date(clock.now().epochMilliseconds).toISOString(),
      by: actor.name,
      ...body,
      targetPpm: definition.targetPpm,
      evidence: await evidenceOf(ground, found),
    };
    return postgres.transaction<ReviewsTables & ObjectivesTables, contract.Review>(async (tx) => {
      const present = await lockObjective(tx as never, params.name);
      if (present?.id !== id) throw unknownObjective(params.name);
      await insertReview(tx as never, newId(clock.now().epochMilliseconds), id, review);
      await ledger.append(tx, {
        kind: 'objective.reviewed',
        subject: `objective:${params.name}`,
        service: definition.service,
        actor: { kind: actor.kind, id: actor.id, name: actor.name },
        data: { ...review },
      });
      return review;
    });
  });

  http.route(contract.listReviewsDue, async () => {
    const [all, last] = await Promise.all([allObjectives(postgres.tables<ObjectivesTables>()), lastReviews(db)]);
    const items = all.flatMap(({ id, name, definition }) => {
      const dueOn = reviewDueOn({ reviewOn: definition.reviewOn, last: last.get(id) ?? null });
      if (!isListed(dueOn, today())) return [];
      return [{ name, displayName: definition.displayName, owner: definition.owner, ...dueOf(dueOn, today()) }];
    });
    // The longest overdue first, those without a day last; all objectives come by name.
    return { items: items.sort((a, b) => ((a.dueOn ?? '9') < (b.dueOn ?? '9') ? -1 : a.dueOn === b.dueOn ? 0 : 1)) };
  });
};

const refuseDay = (nextOn: string, today: string): void => {
  const latest = Temporal.PlainDate.from(today).add({ days: limits.nextDaysMax }).toString();
  const message =
    nextOn <= today
      ? `is not after today, ${today}`
      : nextOn > latest
        ? `is after ${latest}; a promise is looked at more often`
        : null;
  if (message === null) return;
  throw new Refusal({
    status: 422,
    code: 'objectives.impossible-day',
    title: 'The next review cannot be on this day',
    detail: message,
    errors: [{ path: 'body.nextOn', message }],
  });
};
