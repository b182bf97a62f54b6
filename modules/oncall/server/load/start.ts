import type { FastifyReply } from 'fastify';
import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import * as contract from '../../contract/load.ts';
import { compensationOf, compensationSheet } from '../../domain/load/compensation.ts';
import { loadOf } from '../../domain/load/load.ts';
import { capLookSeconds, lookForCaps } from './cap-watch.ts';
import { acceptHandOver, beginHandOver, noSuchNote, sendHandOver, writeHandOver } from './hand-overs.ts';
import { tablesOf, type LoadGround } from './load-ground.ts';
import { policyOfTeam, setLoadPolicy } from './load-policy.ts';
import { findLoad, inDuties, loadReport, windowOf } from './load-report.ts';
import { noteById, notes } from './store.ts';
import type { HandOverRow } from './tables.ts';

/** Starts load: its routes, and the look for shifts that brought too much. */
export const startLoad = (load: LoadGround): void => {
  addLoadRoutes(load);
  addHandOverRoutes(load);
  load.ground.jobs.every('oncall.caps', capLookSeconds, async () => void (await lookForCaps(load)));
};

const addLoadRoutes = (load: LoadGround): void => {
  const { http, clock } = load.ground;
  http.route(contract.readLoad, ({ query }) => {
    const window = windowOf(query, clock.now());
    const question = { ...window, team: query.team ?? null, schedule: query.schedule ?? null };
    return loadReport(tablesOf(load), question, clock.now().epochMilliseconds);
  });
  http.route(contract.readCompensation, async ({ params, query }) => {
    const { window, rules, people } = await owed(load, params.team, query);
    return {
      from: new Date(window.from).toISOString(),
      to: new Date(window.to).toISOString(),
      rules,
      people: people.map((each) => ({ ...each, compensation: compensationOf(each, rules) })),
    };
  });
  http.route(contract.downloadCompensation, (async ({ params, query, reply }: Download) => {
    const { window, rules, people } = await owed(load, params.team, query);
    const between = { from: new Date(window.from).toISOString(), to: new Date(window.to).toISOString() };
    const name = `on-call-${params.team}-${between.from.slice(0, 10)}-${between.to.slice(0, 10)}.csv`;
    await reply
      .code(200)
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${name}"`)
      .send(compensationSheet(people, rules, between));
  }) as never);
  http.route(contract.readLoadPolicy, async ({ params }) => policyOfTeam(load, params.team));
  http.route(contract.putLoadPolicy, async ({ params, body, signedIn }) => {
    await setLoadPolicy(load, signedIn(), params.team, body);
    return policyOfTeam(load, params.team);
  });
};

interface Download {
  readonly params: { readonly team: string };
  readonly query: { readonly from: string; readonly to: string };
  readonly reply: FastifyReply;
}

/** The load of a team's people in its own schedules; what came to them outside of these is another team's to make good. */
const owed = async (load: LoadGround, team: string, query: { from: string; to: string }) => {
  const window = windowOf(query, load.ground.clock.now());
  const { compensation: rules } = await policyOfTeam(load, team);
  const found = await findLoad(tablesOf(load), { ...window, team, schedule: null });
  const interrupts = inDuties(found.interrupts, found.duties);
  return { window, rules, people: loadOf({ ...found, interrupts, ...window }) };
};

const addHandOverRoutes = (load: LoadGround): void => {
  const { http } = load.ground;
  http.route(contract.listHandOvers, async ({ query }) => {
    const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2).map(String);
    const after = at === undefined || id === undefined ? null : { at, id };
    const filter = { schedule: query.schedule ?? null, state: query.state ?? null, after, limit: query.limit + 1 };
    const found = await notes(tablesOf(load), filter);
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    const more = last !== undefined && found.length > page.length;
    return { items: page.map(shape), next: more ? encodeCursor([last.begun_at.toISOString(), last.id]) : null };
  });
  http.route(contract.getHandOver, async ({ params }) => {
    const note = await noteById(tablesOf(load), params.id);
    if (!note) throw noSuchNote(params.id);
    return shape(note);
  });
  http.route(contract.beginHandOver, async ({ body, signedIn }) =>
    shape(await beginHandOver(load, signedIn(), body.schedule)),
  );
  http.route(contract.writeHandOver, async ({ params, body, signedIn }) =>
    shape(await writeHandOver(load, signedIn(), params.id, body.text)),
  );
  http.route(contract.sendHandOver, async ({ params, signedIn }) =>
    shape(await sendHandOver(load, signedIn(), params.id)),
  );
  http.route(contract.acceptHandOver, async ({ params, signedIn }) =>
    shape(await acceptHandOver(load, signedIn(), params.id)),
  );
};

const shape = (row: HandOverRow): contract.HandOver => ({
  id: row.id,
  schedule: row.schedule,
  from: row.shift_from.toISOString(),
  to: row.shift_to.toISOString(),
  author: row.author,
  receiver: row.receiver,
  text: row.text,
  state: row.state,
  begunAt: row.begun_at.toISOString(),
  sentAt: row.sent_at?.toISOString() ?? null,
  acceptedAt: row.accepted_at?.toISOString() ?? null,
});
