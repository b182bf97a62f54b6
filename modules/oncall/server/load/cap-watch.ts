import { loadLimits } from '../../domain/load/limits.ts';
import { shiftLoads } from '../../domain/load/load.ts';
import { dutiesWithin, markTold, toldAmong, toldKey } from '../people/duty-views.ts';
import { firstMessages } from '../people/notices.ts';
import { adminsOf } from '../pages/people-views.ts';
import { peopleFound, rulesOf } from '../people/views.ts';
import { system, tablesOf, type LoadGround } from './load-ground.ts';
import { interruptsIn, loadPolicies, longestCapHours } from './views.ts';

/** A cap reaches a week back at most; what is looked at every minute is only as much as the caps in force need. */
const backMsMin = 24 * 3_600_000;
/** So far ahead the end of a present shift is followed. */
const aheadMs = 35 * 86_400_000;

/**
 * Tells the lead of each shift that brought more than the cap of its team, once a shift, and puts it on the ledger. Whether the page was
 * handed on is decided when it is paged (`decideCap`); this look finds also what came another way.
 */
export const lookForCaps = async (load: LoadGround): Promise<number> => {
  const db = tablesOf(load);
  const now = load.ground.clock.now().epochMilliseconds;
  const backMs = backMsMin + (await longestCapHours(db)) * 3_600_000;
  const found = await interruptsIn(db, { from: now - backMs, to: now + 1 }, { toldWithinDays: 1 });
  const interrupts = found.filter(({ urgency }) => urgency === 'high');
  if (interrupts.length === 0) return 0;
  const busy = new Set(interrupts.map(({ person }) => person));
  const duties = (await dutiesWithin(db, { from: now - backMs, to: now + aheadMs })).filter(
    ({ person, from }) => busy.has(person) && from <= now,
  );
  const policyOf = await loadPolicies(db, [...new Set(duties.flatMap(({ team }) => (team === null ? [] : [team])))]);
  const ids = new Map((await peopleFound(db, [...busy])).map(({ name, id }) => [name, id]));
  const told = await toldAmong(db, now - 40 * 86_400_000);
  let count = 0;
  for (const duty of duties) {
    const { cap } = policyOf(duty.team);
    const [shift] = shiftLoads({ zones: new Map(), duties: [duty], interrupts, capHours: cap.hours, now });
    const personId = ids.get(duty.person);
    if (!personId || shift!.worstWithinCap <= cap.incidents) continue;
    // A shift is known by its end: its beginning may lie before what is looked at.
    const at = duty.to;
    if (told.has(toldKey('cap', personId, duty.schedule, at))) continue;
    count += await tellLead(load, { ...duty, personId, at, count: shift!.worstWithinCap, cap });
  }
  return count;
};

type Over = Awaited<ReturnType<typeof dutiesWithin>>[number] & {
  readonly personId: string;
  readonly at: number;
  readonly count: number;
  readonly cap: { readonly incidents: number; readonly hours: number; readonly then: 'warn' | 'hand-on' };
};

/** Tells the lead of a shift that reached its cap, once; 0 where it was told before. */
export const tellLead = async (load: LoadGround, over: Over): Promise<number> => {
  const db = tablesOf(load);
  const leads = await adminsOf(load.ground.postgres.tables(), over.team);
  const rules = await rulesOf(db, leads.people);
  const { person, schedule, team, count, cap } = over;
  const shift = { from: new Date(over.from).toISOString(), to: new Date(over.to).toISOString() };
  const data = { name: person, schedule, team, count, cap: { ...cap }, shift };
  return load.ground.postgres.transaction<object, number>(async (tx) => {
    const isFirst = await markTold(tx as never, { kind: 'cap', personId: over.personId, schedule, at: over.at });
    if (!isFirst) return 0;
    await load.delivery.enqueue(
      tx,
      [...rules.values()].flatMap((each) =>
        firstMessages(each, {
          key: `cap:${schedule}:${over.personId}:${over.at}:${each.person.id}`,
          subject: `${person} had ${count} pages in ${cap.hours} hours on call for ${schedule}`,
          text: `${person} was paged ${count} times within ${cap.hours} hours; the cap is ${cap.incidents}.${cap.then === 'hand-on' ? '\nWhat comes beyond it goes to the next in line.' : ''}\nSomebody else should take over, and the causes need time before the next shift.`,
          data,
        }),
      ),
    );
    await load.ground.ledger.append(tx, {
      kind: 'load.cap-exceeded',
      subject: `person:${over.personId}`,
      actor: system,
      data,
    });
    return 1;
  });
};

export const capLookSeconds = loadLimits.lookSeconds;
