import { decideStep, namedByPolicy, type Decision, type Tell } from '../../domain/escalation/decide.ts';
import { decisionInWords } from '../../domain/escalation/words.ts';
import type { PersonRules } from '../../domain/people/rules.ts';
import {
  lockHeld,
  saveDecided,
  saveEntries,
  saveNotifications,
  type DecidedStep,
  type HeldStep,
  type NewEntry,
  type NewNotification,
} from './engine-store.ts';
import type { Evaluated, EvaluatedStep } from './evaluate.ts';
import { notificationId } from './idempotency-key.ts';
import { messageOf, type Owed } from './message.ts';
import type { PagesGround } from './pages-ground.ts';
import { takeTurns } from './policy-store.ts';
import type { PagesTables, Tx } from './tables.ts';

/** Who the ledger names for what the engine does. */
export const engineActor = { kind: 'system', id: 'oncall', name: 'On-call' } as const;

/**
 * Decides every held step and writes all of it in one transaction: the steps and what comes after them, what is owed to whom,
 * the timeline, the ledger, and, for what is owed now, the messages. A step that another process took over meanwhile, or whose
 * page was answered, is left alone. Gives back how many were decided.
 */
export const decide = async (ground: PagesGround, { steps, rules }: Evaluated): Promise<number> =>
  ground.postgres.transaction<PagesTables, number>(async (tx) => {
    const ours = await lockHeld(
      tx,
      steps.map(({ held }) => held),
    );
    const own = steps.filter(({ held }) => ours.has(`${held.page.id} ${held.seq}`));
    if (own.length === 0) return 0;
    const turns = await turnsOf(tx, own);
    const made = own.flatMap((step, index) => writtenOrLeft(ground, step, rules, turns[index]!));
    await saveDecided(
      tx,
      made.map((each) => each.decided),
    );
    await saveNotifications(
      tx,
      made.flatMap((each) => each.owed),
    );
    await saveEntries(
      tx,
      made.map((each) => each.entry),
    );
    await ground.doors.delivery.enqueue(
      tx,
      made.flatMap((each) => messagesNow(ground, rules, each)),
    );
    for (const each of made) await tell(ground, tx, each);
    return made.length;
  });

interface Written {
  readonly held: HeldStep;
  readonly decision: Decision;
  readonly decided: DecidedStep;
  readonly owed: readonly NewNotification[];
  readonly entry: NewEntry;
}

/** A step that cannot be decided is left to its lease and tried again; it never stops the others, and the auditor finds it. */
const writtenOrLeft = (
  { log }: PagesGround,
  step: EvaluatedStep,
  rules: ReadonlyMap<string, PersonRules>,
  turn: number,
): Written[] => {
  try {
    return [written(step, rules, turn)];
  } catch (error) {
    log.error({ err: error, page: step.held.page.id, seq: step.held.seq }, 'a step could not be decided; trying again');
    return [];
  }
};

const written = (step: EvaluatedStep, rules: ReadonlyMap<string, PersonRules>, turn: number): Written => {
  const { held, plan, targets, resolved } = step;
  const { page, seq, kind, round, dueAt, now, toldBefore } = held;
  const place = { kind, step: held.step, round };
  const { urgency } = page;
  const decided = decideStep(plan, { place, targets, dueAt, now, urgency, turn, toldBefore, resolved, rules });
  const decision = { ...decided, tells: decided.tells.map((tell) => ({ ...tell, why: whyNamed(held, tell.why) })) };
  const { next, reason } = decision;
  return {
    held,
    decision,
    decided: {
      page_id: page.id,
      seq,
      reason,
      unanswered: kind === 'otherwise',
      next_kind: next?.kind ?? null,
      next_step: next?.step ?? null,
      next_round: next?.round ?? null,
      next_due: next?.dueAt.toString() ?? null,
    },
    owed: decision.tells.map((tell) => notificationOf(held, tell)),
    entry: {
      page_id: page.id,
      what: kind === 'otherwise' ? 'unanswered' : kind === 'added' ? 'responders-told' : 'step',
      text: `${kind === 'otherwise' ? 'Nobody answered. ' : ''}${decisionInWords(place, decision)}`,
      by: null,
      data: { reason, step: held.step + 1, round: round + 1, next: next?.dueAt.toString() ?? null },
    },
  };
};

/** A page that names people itself, or is given to them, has no policy that does; who is asked to help is in none either. */
const whyNamed = ({ kind, page }: HeldStep, why: string): string => {
  if (!why.startsWith(namedByPolicy)) return why;
  const rest = why.slice(namedByPolicy.length);
  if (kind === 'added') return `asked to help${rest}`;
  return page.policy === null ? `named by the page${rest}` : why;
};

const notificationOf = (held: HeldStep, tell: Tell): NewNotification => {
  const kind = held.kind === 'otherwise' ? 'unanswered' : 'page';
  const step = held.kind === 'added' ? -1 : held.step;
  const { method, channel, address, rule, why, owedAt, person } = tell;
  const parts = { page: held.page.id, kind, seq: held.seq, step, round: held.round, method, rule };
  return {
    id: notificationId({ ...parts, person: person?.id ?? address }),
    page_id: held.page.id,
    kind,
    step,
    round: held.round,
    person_id: person?.id ?? null,
    person: person?.name ?? null,
    method,
    channel,
    address,
    rule,
    why,
    owed_at: owedAt.toString(),
    handed: Temporal.Instant.compare(owedAt, held.now) <= 0,
  };
};

const messagesNow = (ground: PagesGround, rules: ReadonlyMap<string, PersonRules>, { held, owed: all }: Written) =>
  all
    .filter((each) => each.handed)
    .map((each) => {
      const zone = each.person === null ? null : (rules.get(each.person)?.person.zone ?? null);
      const owed: Owed = { ...each, zone };
      return messageOf({ links: ground.links, baseUrl: ground.baseUrl(), now: held.now }, held.page, owed);
    });

/** Turns of the steps that take turns, in the order of `steps`; 0 for the others. */
const turnsOf = async (tx: Tx, steps: readonly EvaluatedStep[]): Promise<number[]> => {
  const turning = steps.flatMap(({ held, plan }, index) =>
    held.kind === 'step' && plan.steps[held.step]?.roundRobin
      ? [{ index, policy: held.page.policy ?? `page:${held.page.id}`, step: held.step }]
      : [],
  );
  const taken = turning.length === 0 ? [] : await takeTurns(tx, turning);
  const turns = steps.map(() => 0);
  for (const [place, { index }] of turning.entries()) turns[index] = taken[place]!;
  return turns;
};

/** The raising of a page is told when it is raised; here what escalates, and that nobody answered. */
const tell = async (ground: PagesGround, tx: Tx, { held, entry }: Written): Promise<void> => {
  const { page, kind, step, round } = held;
  if (kind === 'added' || (kind === 'step' && step === 0 && round === 0)) return;
  const { id, summary, urgency, policy, team, dedupKey } = page;
  const happened = { id, summary, urgency, policy, team, dedupKey };
  await ground.ledger.append(tx, {
    kind: kind === 'otherwise' ? 'page.unanswered' : 'page.escalated',
    subject: `page:${id}`,
    service: page.service,
    actor: engineActor,
    data:
      kind === 'otherwise'
        ? { ...happened, since: page.raisedAt.toISOString() }
        : { ...happened, step: step + 1, round: round + 1, text: entry.text },
  });
};
