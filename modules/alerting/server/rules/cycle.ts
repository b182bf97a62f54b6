import { ruleOf } from '../../domain/rules/rule.ts';
import { dueSteps, nextStep } from '../../domain/rules/steps.ts';
import { ruleLimits } from '../../contract/rules.ts';
import { decideSteps, hasTooMany } from './decide.ts';
import { readRules } from './read-rules.ts';
import type { RulesGround } from './rules-ground.ts';
import { claimDue, groupsOf, keepDecisions, keepUnknown, keepWaiting, type StepDecision } from './store.ts';
import type { RuleRow, RuleTables } from './tables.ts';

/** Rules that one process takes at once; a process that dies gives them back when the lease is over. */
const claimMax = 500;
const leaseSeconds = 30;
/** What cannot be judged is tried again after this. */
const againSeconds = 15;

/**
 * Decides every step that is due, of at most `claimMax` rules; gives back how many rules it took. Steps that could not be decided,
 * because the engine or Leadline was away, are decided from what is stored as soon as they can be.
 */
export const runCycle = async (ground: RulesGround): Promise<number> => {
  const db = ground.postgres.tables<RuleTables>();
  const claimed = await claimDue(db, { most: claimMax, leaseSeconds });
  if (claimed.length === 0) return 0;
  const due = claimed.map((row) => {
    const rule = ruleOf(row.name, row.spec);
    const decidedTo = row.decided_to === null ? null : row.decided_to.getTime() / 1_000;
    return { row, rule, ...dueSteps(rule, decidedTo, Number(row.now)) };
  });
  await keepWaiting(
    db,
    due
      .filter(({ steps }) => steps.length === 0)
      .map(({ row, rule }) => ({ name: row.name, due: nextStep(rule, row.decided_to!.getTime() / 1_000) })),
  );
  const asked = due.filter(({ steps }) => steps.length > 0);
  if (asked.length > 0) await decideAsked(ground, asked);
  return claimed.length;
};

type Due = { readonly row: RuleRow; readonly rule: ReturnType<typeof ruleOf> } & ReturnType<typeof dueSteps>;

const decideAsked = async (ground: RulesGround, asked: readonly Due[]): Promise<void> => {
  const db = ground.postgres.tables<RuleTables>();
  const read = await readRules(ground.telemetry.measures, asked);
  const known = Map.groupBy(
    await groupsOf(
      db,
      asked.map(({ row }) => row.name),
    ),
    ({ rule }) => rule,
  );
  const unknown: { name: string; revision: string; reason: string }[] = [];
  const decisions: StepDecision[] = [];
  for (const [index, { row, rule, steps, paused }] of asked.entries()) {
    const { name, revision } = row;
    const found = read[index]!;
    if ('trouble' in found) unknown.push({ name, revision, reason: found.trouble });
    else if (hasTooMany(found.groups))
      unknown.push({
        name,
        revision,
        reason: `It has ${found.groups.size} groups, and at most ${ruleLimits.groups} are judged: narrow it, or group by less.`,
      });
    else {
      const mine = (known.get(name) ?? []).filter(({ key }) => key !== unknownKey);
      const decided = decideSteps(rule, mine, found.groups, { steps, paused, baseUrl: ground.baseUrl() });
      decisions.push({ rule: row, decidedTo: steps.at(-1)!, due: nextStep(rule, steps.at(-1)!), decided });
    }
  }
  await keepUnknown(db, unknown, againSeconds);
  if (decisions.length > 0) await ground.postgres.transaction<RuleTables, number>((tx) => keepDecisions(tx, decisions));
};

/** Key of the group that tells that a rule cannot be judged. */
export const unknownKey = 'unknown';
