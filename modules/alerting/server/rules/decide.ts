import type { KeptAlert, LastJudged, RuleGroupRow } from './tables.ts';
import { ruleLimits } from '../../contract/rules.ts';
import {
  afterPause,
  evaluate,
  firstState,
  isSameState,
  type GroupState,
  type Outcome,
} from '../../domain/rules/evaluate.ts';
import { readPlain, type Numbers, type Read } from '../../domain/rules/read-steps.ts';
import { groupNames, serviceOf, type Rule } from '../../domain/rules/rule.ts';
import { judgementInWords } from '../../domain/rules/words.ts';
import { dedupKeyOf } from './dedup-key.ts';

/** What some steps of one rule decided: what of its groups changed, and what is to be told. */
export interface Decided {
  readonly groups: readonly ChangedGroup[];
  readonly changes: readonly MadeChange[];
  readonly last: { readonly groups: readonly LastJudged[]; readonly pending: number };
}

export interface ChangedGroup {
  readonly key: string;
  readonly state: GroupState;
  readonly wanted: 'trigger' | 'resolve' | null;
  readonly alert: KeptAlert | null;
  readonly gone: boolean;
}

export interface MadeChange {
  readonly key: string;
  readonly at: number;
  readonly became: 'firing' | 'cleared';
  readonly reason: string;
  readonly words: string;
  readonly numbers: Numbers;
}

/** Groups that are shown with the rule, what fires first. */
const shownMax = 50;
/** A group of several of which nothing was measured for so long is gone: a replaced pod, an emptied queue. */
const goneSeconds = 86_400;
/** Stands for "no group at all" of a rule that has some. */
export const noGroup = 'null';

/** Decides the steps of a rule in their order, from what is known of its groups and what was read. Pure. */
export const decideSteps = (
  rule: Rule,
  known: readonly Pick<RuleGroupRow, 'key' | 'state' | 'gone'>[],
  read: ReadonlyMap<string, readonly Read[]>,
  { steps, paused, baseUrl }: { readonly steps: readonly number[]; readonly paused: boolean; readonly baseUrl: string },
): Decided => {
  const before = new Map(known.filter(({ gone }) => !gone).map(({ key, state }) => [key, state]));
  const keys = new Set([...before.keys(), ...read.keys()]);
  const hasGroups = groupNames(rule.spec).length > 0;
  if (!hasGroups) keys.add('[]');
  else if (keys.size === 0) keys.add(noGroup);
  const groups: ChangedGroup[] = [];
  const changes: MadeChange[] = [];
  const judged: LastJudged[] = [];
  for (const key of keys) {
    const first = before.get(key);
    const found = decideGroup(rule, key, {
      first,
      steps,
      paused,
      reads: read.get(key),
      isGone: key === noGroup && read.size > 0,
    });
    changes.push(...found.changes);
    if (!found.gone) judged.push(found.judged);
    if (first === undefined || found.gone || !isSameState(found.state, first) || found.changes.length > 0)
      groups.push(changedGroup(rule, key, found, baseUrl));
  }
  return {
    groups,
    changes,
    last: {
      groups: judged.toSorted((a, b) => order[a.phase] - order[b.phase] || (a.key < b.key ? -1 : 1)).slice(0, shownMax),
      pending: judged.filter(({ phase }) => phase === 'pending').length,
    },
  };
};

const order = { firing: 0, pending: 1, ok: 2 } as const;

interface FoundGroup {
  readonly state: GroupState;
  readonly changes: readonly MadeChange[];
  readonly judged: LastJudged;
  readonly gone: boolean;
}

const decideGroup = (
  rule: Rule,
  key: string,
  given: {
    readonly first: GroupState | undefined;
    readonly steps: readonly number[];
    readonly paused: boolean;
    readonly reads: readonly Read[] | undefined;
    readonly isGone: boolean;
  },
): FoundGroup => {
  const { first, steps, paused, reads, isGone } = given;
  const group = groupOf(rule, key);
  let state = first ?? firstState(steps[0]!);
  if (paused) state = afterPause(state, steps[0]!);
  const changes: MadeChange[] = [];
  let newest: { outcome: Outcome; numbers: Numbers } | null = null;
  for (const [index, at] of steps.entries()) {
    const { reading, numbers } = reads?.[index] ?? readPlain(undefined);
    const outcome = evaluate(rule, state, reading, at);
    state = outcome.state;
    newest = { outcome, numbers };
    if (outcome.became !== null) {
      const words = judgementInWords(rule, group, outcome.reason, numbers);
      changes.push({ key, at, became: outcome.became, reason: outcome.reason, words, numbers });
    }
  }
  const last = steps.at(-1)!;
  const { reason } = newest!.outcome;
  const words = judgementInWords(rule, group, reason, newest!.numbers);
  const gone =
    isGone ||
    (groupNames(rule.spec).length > 0 &&
      key !== noGroup &&
      state.missingSince !== null &&
      last - state.missingSince >= goneSeconds);
  if (gone && state.phase === 'firing')
    changes.push({
      key,
      at: last,
      became: 'cleared',
      reason: 'gone',
      words: 'It is not measured any more.',
      numbers: { value: null },
    });
  const { phase, since } = state;
  return { state, changes, gone, judged: { key, reason, words, numbers: newest!.numbers, phase, since } };
};

const changedGroup = (rule: Rule, key: string, { state, changes, gone }: FoundGroup, baseUrl: string): ChangedGroup => {
  const newest = changes.at(-1);
  const wanted = newest === undefined ? null : newest.became === 'firing' ? 'trigger' : 'resolve';
  const alert = newest === undefined ? null : alertOf(rule, key, newest, state, baseUrl);
  return { key, state, wanted, alert, gone };
};

/** Names and values of a group by its key. */
export const groupOf = ({ spec }: Pick<Rule, 'spec'>, key: string): Record<string, string> => {
  const values = (JSON.parse(key) ?? []) as readonly string[];
  return Object.fromEntries(
    groupNames(spec).flatMap((name, index) => (values[index] === undefined ? [] : [[name, values[index]]])),
  );
};

const alertOf = (rule: Rule, key: string, change: MadeChange, state: GroupState, baseUrl: string): KeptAlert => {
  const { spec, name } = rule;
  const service = serviceOf(spec);
  const instant = (second: number): string => Temporal.Instant.fromEpochMilliseconds(second * 1_000).toString();
  return {
    dedupKey: dedupKeyOf(name, key),
    ...saidOf(rule, key),
    annotations: { description: change.words, ...spec.annotations },
    summary: spec.title === null ? change.words : `${spec.title}: ${change.words}`,
    startsAt: instant(change.became === 'firing' ? change.at : state.since),
    endsAt: change.became === 'firing' ? null : instant(change.at),
    links: [
      { label: `Alert rule ${name}`, url: `${baseUrl}/alert-rules` },
      ...(service === null ? [] : [{ label: service, url: `${baseUrl}/services/${encodeURIComponent(service)}` }]),
    ],
  };
};

/** What an alert says by the word of its rule alone, whatever was measured. */
export const saidOf = (rule: Rule, key: string): Pick<KeptAlert, 'labels' | 'severity' | 'service' | 'team'> => {
  const { severity, labels, team } = rule.spec;
  const service = serviceOf(rule.spec);
  const own = { alertname: rule.name, severity, ...(service === null ? {} : { service }) };
  return { labels: { ...labels, ...groupOf(rule, key), ...own }, severity, service, team };
};

/** True when a rule has more groups than can be judged. */
export const hasTooMany = (read: ReadonlyMap<string, unknown>): boolean => read.size > ruleLimits.groups;
