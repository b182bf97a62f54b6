import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import * as contract from '../../contract/corrections.ts';
import { applyNamed, decide, propose, removeNamed, type CorrectionsGround } from './commands.ts';
import { correctionShape } from './shape.ts';
import { countedTraffic, pageOfCorrections, remainingTraffic } from './store.ts';
import type { CorrectionsTables } from './tables.ts';

/** Puts the routes of corrections on the HTTP ground. */
export const addCorrectionRoutes = (
  { http, postgres, ledger, clock, config }: Pick<Ground, 'http' | 'postgres' | 'ledger' | 'clock' | 'config'>,
  { catalog }: Pick<CorrectionsGround, 'catalog'>,
): void => {
  const ground: CorrectionsGround = {
    postgres,
    ledger,
    clock,
    catalog,
    approvalNeeded: config.values.correctionApproval,
    spansDays: config.values.spansDays,
  };
  http.route(contract.listCorrections, async ({ query }) => {
    const rows = await pageOfCorrections(postgres.tables<CorrectionsTables>(), {
      objective: query.objective ?? null,
      state: query.state ?? null,
      named: query.named ?? false,
      beforeId: query.cursor === undefined ? null : idOf(query.cursor),
      limit: query.limit + 1,
    });
    const page = rows.slice(0, query.limit);
    const counted = countedTraffic(await remainingTraffic(postgres.tables<CorrectionsTables>()));
    const last = page.at(-1);
    return {
      items: page.map((row) => correctionShape(row, clock.now(), counted.get(row.id))),
      next: last && rows.length > page.length ? encodeCursor([last.id]) : null,
    };
  });
  http.route(contract.proposeCorrection, ({ body, signedIn }) => propose(ground, signedIn(), body));
  http.route(contract.decideCorrection, ({ params, body, signedIn }) =>
    decide(ground, signedIn(), { ...params, ...body }),
  );
  http.route(contract.applyCorrection, ({ params, body, signedIn }) =>
    applyNamed(ground, signedIn(), { name: params.name, said: body }),
  );
  http.route(
    contract.removeCorrection,
    ({ params, signedIn }) => removeNamed(ground, signedIn(), params.name) as never,
  );
};

/** A cursor of another list is refused as one that is none. */
const idOf = (cursor: string): string => {
  const [id] = decodeCursor(cursor, 1);
  return z.uuid().safeParse(id).success ? String(id) : (decodeCursor('', 1)[0] as string);
};
