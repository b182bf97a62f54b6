import { secondsOf } from '../../../../kernel/time-span.ts';
import type { OutgoingMessage } from '../../../delivery/server/public.ts';
import { momentText } from '../../domain/moment-text.ts';
import { noticesDue, type DueNotice, type NoticeKind, type NoticeWishes } from '../../domain/people/duties.ts';
import { reachabilityOf } from '../../domain/people/reachability.ts';
import { quietDecision, type PersonRules, type Wishes } from '../../domain/people/rules.ts';
import { wishesInForce } from '../../domain/people/wishes.ts';
import { adminsOf } from '../pages/people-views.ts';
import type { SchedulesTables } from '../schedules/tables.ts';
import { dutiesWithin, forgetNotices, markTold, toldAmong, toldKey, type ScheduledDuty } from './duty-views.ts';
import { inTransaction, type PeopleGround } from './people-ground.ts';
import { checksOf } from './shapes.ts';
import { peopleFound, rulesOf, rulesOfPerson } from './views.ts';

const hourMs = 3_600_000;
/** As far ahead as anybody may wish to be told. */
const aheadMs = 14 * 24 * hourMs;
const behindMs = 13 * hourMs;
/** Whoever goes on call within this time must be reachable. */
const reachableMs = 24 * hourMs;
const forgetDays = 60;
const shiftBeforeDefault = 86_400;
const system = { kind: 'system', id: 'leadline', name: 'Leadline' } as const;

/**
 * One look at the shifts of two weeks: tells people that they are going on call, that it has begun and that it is over, and checks that
 * whoever goes on call within a day can be reached. Each notice is told once, in the transaction that hands the message over.
 */
export const lookAtShifts = async (people: PeopleGround): Promise<number> => {
  const db = people.ground.postgres.tables<SchedulesTables>();
  const now = people.ground.clock.now().epochMilliseconds;
  const duties = await dutiesWithin(db, { from: now - behindMs, to: now + aheadMs });
  const told = await toldAmong(db, now - behindMs - hourMs);
  const found = await peopleFound(db, [...new Set(duties.map(({ person }) => person))]);
  let count = 0;
  for (const person of found) {
    const own = duties.filter((duty) => duty.person === person.name);
    const rules = rulesOfPerson(person);
    const wishes = wishesOf(wishesInForce(person));
    const isNew = (kind: string, schedule: string, at: number): boolean =>
      !told.has(toldKey(kind, person.id, schedule, at));
    for (const duty of own) {
      for (const notice of noticesDue(duty, wishes, now))
        if (isNew(notice.kind, duty.schedule, notice.at)) count += await tell(people, rules, notice);
      const soon = duty.to > now && duty.from - now < reachableMs && duty.from > now - behindMs;
      if (soon && isNew('unreachable', duty.schedule, duty.from)) count += await checkReachable(people, rules, duty);
    }
  }
  await forgetNotices(db, forgetDays);
  return count;
};

const wishesOf = ({ notices }: Wishes): NoticeWishes => {
  const said = notices?.shiftBefore;
  return {
    shiftBeforeSeconds: said === null ? null : said === undefined ? shiftBeforeDefault : secondsOf(said),
    handOver: notices?.handOver ?? true,
  };
};

/** Hands a notice to delivery by the person's first rule for low urgency, after their quiet hours. */
const tell = async (people: PeopleGround, rules: PersonRules, notice: DueNotice): Promise<number> => {
  if (quietDecision(rules, 'low', people.ground.clock.now()).send !== 'now') return 0;
  const { kind, duty, at } = notice;
  const messages = firstMessages(rules, {
    key: `shift-${kind}:${duty.schedule}:${rules.person.id}:${at}`,
    ...wordsOf(kind, duty, rules.person.zone),
    data: {
      kind,
      schedule: duty.schedule,
      person: duty.person,
      ...stretchOf(duty),
      before: duty.before,
      after: duty.after,
    },
  });
  if (messages.length === 0) return 0;
  return inTransaction(people, async (tx) => {
    const isFirst = await markTold(tx, { kind, personId: rules.person.id, schedule: duty.schedule, at });
    if (!isFirst) return 0;
    await people.delivery.enqueue(tx, messages);
    return 1;
  });
};

/** Warns the person (as far as possible) and whoever leads, and puts it on the ledger, once a shift. */
const checkReachable = async (people: PeopleGround, rules: PersonRules, duty: ScheduledDuty): Promise<number> => {
  const methods = [...rules.rules.high, ...rules.rules.low].map(({ method }) => method);
  const { high, reasons } = reachabilityOf(rules, await checksOf(people, methods));
  if (high) return 0;
  const leads = await adminsOf(people.ground.postgres.tables(), duty.team);
  const others = await rulesOf(
    people.ground.postgres.tables(),
    leads.people.filter((each) => each !== duty.person),
  );
  const name = rules.person.displayName;
  const key = `unreachable:${duty.schedule}:${rules.person.id}:${duty.from}`;
  const data = { schedule: duty.schedule, person: duty.person, ...stretchOf(duty), reasons };
  const content = {
    subject: `${name} cannot be reached and goes on call for ${duty.schedule}`,
    text: `${name} is on call for ${duty.schedule} from ${localTime(duty.from, rules.person.zone)}, and no page would arrive:\n${reasons.map((each) => `- ${each}`).join('\n')}\n\nAdd and verify a contact method, or let somebody else take the shift.`,
    data,
  };
  return inTransaction(people, async (tx) => {
    const { schedule, from } = duty;
    if (!(await markTold(tx, { kind: 'unreachable', personId: rules.person.id, schedule, at: from }))) return 0;
    const to = [rules, ...others.values()];
    await people.delivery.enqueue(
      tx,
      to.flatMap((each) => firstMessages(each, { ...content, key: `${key}:${each.person.id}` })),
    );
    await people.ground.ledger.append(tx, {
      kind: 'person.unreachable',
      subject: `person:${rules.person.id}`,
      actor: system,
      data: { name: rules.person.name, schedule, shift: stretchOf(duty), reasons: [...reasons] },
    });
    return 1;
  });
};

interface Words {
  readonly key: string;
  readonly subject: string;
  readonly text: string;
  readonly data: Record<string, unknown>;
}

/** The messages of whatever the person gets first for low urgency: one method, or several at the same moment. */
export const firstMessages = (rules: PersonRules, { key, subject, text, data }: Words): OutgoingMessage[] => {
  const first = rules.rules.low[0]?.afterSeconds;
  return rules.rules.low
    .filter(({ afterSeconds }) => afterSeconds === first)
    .map(({ method }, index) => ({
      // Two methods of one notice are two messages.
      key: index === 0 ? key.slice(0, keyCharsMax) : `${key.slice(0, keyCharsMax)}:${index}`,
      channel: method.channel,
      address: method.address,
      urgency: 'low',
      about: `person:${rules.person.id}`,
      expiresAt: null,
      content: { subject, text, spoken: subject, eventType: 'dev.leadline.shift.notice', data },
    }));
};
const keyCharsMax = 120;

const wordsOf = (kind: NoticeKind, duty: ScheduledDuty | DueNotice['duty'], zone: string) => {
  const { schedule, before, after } = duty;
  const [from, to] = [localTime(duty.from, zone), localTime(duty.to, zone)];
  const next = after === null ? 'After you nobody is on call.' : `After you: ${after}.`;
  switch (kind) {
    case 'before':
      return {
        subject: `You are going on call for ${schedule}: ${from}`,
        text: `You are on call for ${schedule} from ${from} to ${to}.\n${before === null ? '' : `Before you: ${before}. `}${next}`,
      };
    case 'begins':
      return {
        subject: `You are on call for ${schedule} now`,
        text: `You are on call for ${schedule} until ${to}.\n${before === null ? '' : `You take over from ${before}. `}${next}`,
      };
    case 'ends':
      return {
        subject: `You are no longer on call for ${schedule}`,
        text: `Your time on call for ${schedule} ended at ${to}. ${after === null ? 'Nobody is on call now.' : `${after} is on call now.`}`,
      };
  }
};

const stretchOf = ({ from, to }: { readonly from: number; readonly to: number }) => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
});

/** When it is where the person lives. */
const localTime = (at: number, zone: string): string => momentText(Temporal.Instant.fromEpochMilliseconds(at), zone);
