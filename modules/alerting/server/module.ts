import { baseUrlOf } from '../../../platform/http/base-url.ts';
import { decodeCursor, encodeCursor } from '../../../platform/http/paging.ts';
import type { ServerModule } from '../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../catalog/server/public.ts';
import type { ObjectivesDoor } from '../../objectives/server/public.ts';
import type { OncallDoor } from '../../oncall/server/public.ts';
import { listAlertDecisions, type AlertDecision } from '../contract.ts';
import type { AlertingDoor } from './public.ts';
import { react, reactedKinds, type AlertingGround } from './reactions.ts';
import { beginPosition, decisions, forgetDecisions } from './store.ts';
import type { AlertingTables, DecisionRow } from './tables.ts';
import { measureUnpaged, tryUnpaged } from './unpaged.ts';

/** Doors of the floors below that alerting stands on. */
interface AlertingDoors {
  readonly catalog: Pick<CatalogDoor, 'ownerOf'>;
  readonly objectives: Pick<ObjectivesDoor, 'ownerOfObjective'>;
  readonly oncall: OncallDoor;
}

const decisionsDays = 90;
/** What nobody can be paged for is tried again so often. */
const unpagedSeconds = 30;

/** What becomes of an event that somebody must know: which page, to whom, and why. */
export const alertingModule: ServerModule<AlertingDoors, AlertingDoor> = {
  name: 'alerting',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground, { catalog, objectives, oncall }) => {
    const { postgres, config, log } = ground;
    const db = postgres.tables<AlertingTables>();
    await beginPosition(db);
    const alerting: AlertingGround = {
      postgres,
      config,
      log,
      ledger: ground.ledger,
      catalog,
      objectives,
      oncall,
      baseUrl: () => baseUrlOf(ground),
    };
    ground.ledger.react('alerting.pages', reactedKinds, (event) => react(alerting, event));
    measureUnpaged(ground);
    ground.jobs.every('alerting.try-unpaged', unpagedSeconds, async () => void (await tryUnpaged(alerting)));
    ground.jobs.every('alerting.forget', 86_400, () => forgetDecisions(db, decisionsDays));
    ground.http.route(listAlertDecisions, async ({ query }) => {
      const [place, step] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
      const after = place === undefined ? null : { place: BigInt(place).toString(), step: Number(step) };
      const found = await decisions(db, { subject: query.subject ?? null, after, limit: query.limit + 1 });
      const page = found.slice(0, query.limit);
      const last = page.at(-1);
      const more = last !== undefined && found.length > page.length;
      return { items: page.map(shape), next: more ? encodeCursor([last.place, last.step]) : null };
    });
    return { door: {} };
  },
};

const shape = ({ place, at, kind, subject, did, key, urgency, target, reason, page }: DecisionRow): AlertDecision => ({
  place,
  at: at.toISOString(),
  kind,
  subject,
  did,
  key,
  urgency,
  to: target,
  reason,
  page,
});
