import type { RulePreview, RuleSpecSaid } from '../../contract/rules.ts';
import { ruleLimits } from '../../contract/rules.ts';
import { readChange, readForecast, readPlain, type Read } from '../../domain/rules/read-steps.ts';
import { replay, thinned, thinnedBy, type FiredSpan } from '../../domain/rules/replay.ts';
import { groupNames, ruleOf, type Rule } from '../../domain/rules/rule.ts';
import { judgementInWords } from '../../domain/rules/words.ts';
import { groupOf, noGroup } from './decide.ts';
import { measureRule, type Told } from './read-rules.ts';
import type { RulesGround } from './rules-ground.ts';

/** Ten-second counts are kept for some hours; what reaches further back is measured by whole minutes. */
const fineSeconds = 5 * 3_600;
const niceSteps = [10, 20, 30, 60, 120, 180, 300, 600, 900, 1_800, 3_600, 7_200];

/** What a rule would have measured and decided from so many days ago to `to`, by the function that decides now. */
export const previewRule = async (
  ground: Pick<RulesGround, 'telemetry'>,
  said: { readonly spec: RuleSpecSaid; readonly days: number; readonly to: Temporal.Instant },
): Promise<RulePreview> => {
  const seconds = said.days * 86_400;
  const asked = ruleOf('preview', said.spec);
  const fine = seconds + asked.overSeconds <= fineSeconds && asked.changeSeconds === null;
  const rule: Rule = fine ? asked : { ...asked, overSeconds: Math.ceil(asked.overSeconds / 60) * 60 };
  const groupsNow = await countGroups(ground, rule, said.to);
  const stepSeconds = stepOf(rule, seconds, { fine, groups: groupsNow });
  const end = Math.floor(said.to.epochMilliseconds / 1_000 / stepSeconds) * stepSeconds;
  const count = Math.max(1, Math.floor(seconds / stepSeconds));
  const ends = Array.from({ length: count }, (_, index) => end - (count - 1 - index) * stepSeconds);
  const told = await readHistory(ground, rule, ends, stepSeconds);
  const answer = {
    from: iso(ends[0]!),
    to: iso(end),
    stepSeconds,
    pointSeconds: stepSeconds * thinnedBy(count, ruleLimits.previewPoints),
    overSeconds: rule.overSeconds,
    notes: notesOf(asked, rule, stepSeconds),
  };
  if ('trouble' in told) return { ...answer, trouble: told.trouble, fired: 0, firingSeconds: 0, groups: [], more: 0 };
  // Where nothing was ever measured, that is what is judged.
  if (told.size === 0)
    told.set(
      groupNames(rule.spec).length === 0 ? '[]' : noGroup,
      ends.map(() => readPlain(undefined)),
    );
  const groups = [...told]
    .map(([key, reads]) => ({ key, reads, fired: replay(rule, ends, reads) }))
    .toSorted((a, b) => b.fired.length - a.fired.length || (a.key < b.key ? -1 : 1));
  const all = groups.flatMap(({ fired }) => fired);
  return {
    ...answer,
    trouble: null,
    fired: all.length,
    firingSeconds: all.reduce((sum, { from, to }) => sum + (to ?? end) - from, 0),
    groups: groups.slice(0, ruleLimits.previewGroups).map((each) => groupShape(rule, ends, each)),
    more: Math.max(0, groups.length - ruleLimits.previewGroups),
  };
};

const iso = (second: number): string => Temporal.Instant.fromEpochMilliseconds(second * 1_000).toString();

/** Windows that a preview measures, weighed by what each costs: sketches of latency are merged, overlapping windows read again. */
const costMax = 120_000;
const stepsMax = 45_000;
const latencyCost = 8;
/** Steps of all groups together. */
const judgedMax = 500_000;

/** How many groups a rule over a metric has now: each is judged at each step. */
const countGroups = async (
  { telemetry: { measures } }: Pick<RulesGround, 'telemetry'>,
  rule: Rule,
  to: Temporal.Instant,
): Promise<number> => {
  if (!('metric' in rule.spec.measure) || rule.spec.measure.metric.by.length === 0) return 1;
  const firstEnd = Math.floor(to.epochMilliseconds / 60_000) * 60;
  const { overSeconds: windowSeconds } = rule;
  const told = await measureRule(measures, rule, { firstEnd, stepSeconds: 60, count: 1, windowSeconds });
  return 'trouble' in told ? 1 : Math.max(1, told.groups.length);
};

/** Judged as often as the rule says, or as often as the time that somebody waits allows. */
const stepOf = (
  { everySeconds, overSeconds, forecast, spec }: Rule,
  seconds: number,
  { fine, groups }: { readonly fine: boolean; readonly groups: number },
): number => {
  const least = Math.max(everySeconds, fine ? 10 : 60);
  const isLatency = 'signal' in spec.measure && spec.measure.signal.of === 'latency';
  const isMetric = 'metric' in spec.measure;
  const fits = (step: number): boolean => {
    const steps = seconds / step;
    const overlap = isMetric ? 4 : Math.max(1, overSeconds / step);
    return (
      steps <= stepsMax && steps * groups <= judgedMax && steps * overlap * (isLatency ? latencyCost : 1) <= costMax
    );
  };
  // A forecast takes its points one each `over`, so that its steps are some of them.
  if (forecast !== null) {
    let step = overSeconds * Math.ceil(least / overSeconds);
    while (!fits(step)) step += overSeconds;
    return step;
  }
  // Windows of latency do not overlap in a preview over days: each would merge the same sketches again.
  const begin = isLatency && !fine ? Math.max(least, overSeconds) : least;
  const first = Math.ceil(begin / (fine ? 10 : 60)) * (fine ? 10 : 60);
  return [first, ...niceSteps.filter((step) => step > first)].find(fits) ?? niceSteps.at(-1)!;
};

const notesOf = (asked: Rule, rule: Rule, stepSeconds: number): string[] => [
  ...(stepSeconds > asked.everySeconds
    ? [
        `Judged each ${stepSeconds} s instead of each ${asked.everySeconds} s: over so many days that is what can be read while you wait.`,
      ]
    : []),
  ...(rule.overSeconds !== asked.overSeconds
    ? [
        `Numbers are over ${rule.overSeconds} s instead of ${asked.overSeconds} s: further back only whole minutes are kept.`,
      ]
    : []),
  ...(stepSeconds > rule.overSeconds && rule.forecast === null
    ? [
        'Its windows do not touch each other in this preview: what happened between them is not in it. Ask for fewer days.',
      ]
    : []),
  ...(asked.delaySeconds > 0 ? ['Everything is stored by now, so nothing is waited for.'] : []),
];

/** One reading for each group and step. */
const readHistory = async (
  { telemetry: { measures } }: Pick<RulesGround, 'telemetry'>,
  rule: Rule,
  ends: readonly number[],
  stepSeconds: number,
): Promise<Map<string, readonly Read[]> | Extract<Told, { trouble: string }>> => {
  const { overSeconds, forecast, changeSeconds } = rule;
  const last = ends.at(-1)!;
  const windows = { firstEnd: ends[0]!, stepSeconds, count: ends.length, windowSeconds: overSeconds };
  if (forecast !== null) {
    const values = Math.floor(forecast.fromSeconds / overSeconds);
    const count = Math.round((last - ends[0]!) / overSeconds) + values;
    const history = {
      firstEnd: last - (count - 1) * overSeconds,
      stepSeconds: overSeconds,
      count,
      windowSeconds: overSeconds,
    };
    const told = await measureRule(measures, rule, history);
    if ('trouble' in told) return told;
    const perStep = Math.round(stepSeconds / overSeconds);
    const readsOf = (all: Float64Array): Read[] =>
      ends.map((end, index) =>
        readForecast(rule, all.subarray(index * perStep, index * perStep + values), overSeconds, end),
      );
    return new Map(told.groups.map(({ group, values: all }) => [JSON.stringify(group), readsOf(all)]));
  }
  const now = await measureRule(measures, rule, windows);
  if ('trouble' in now) return now;
  if (changeSeconds === null)
    return new Map(now.groups.map(({ group, values }) => [JSON.stringify(group), [...values].map(readPlain)]));
  const then = await measureRule(measures, rule, { ...windows, firstEnd: windows.firstEnd - changeSeconds });
  if ('trouble' in then) return then;
  const before = new Map(then.groups.map(({ group, values }) => [JSON.stringify(group), values]));
  return new Map(
    now.groups.map(({ group, values }) => {
      const key = JSON.stringify(group);
      return [
        key,
        [...values].map((value, index) => readChange(value, before.get(key)?.[index], rule.spec.change!.as)),
      ];
    }),
  );
};

const firedMax = 200;

const groupShape = (
  rule: Rule,
  ends: readonly number[],
  {
    key,
    reads,
    fired,
  }: { readonly key: string; readonly reads: readonly Read[]; readonly fired: readonly FiredSpan[] },
): RulePreview['groups'][number] => {
  const group = groupOf(rule, key);
  const points = ends.map((end, index): [number, number | null] => [end, reads[index]!.reading.value]);
  return {
    group,
    points: thinned(points, rule.spec.fire.op, thinnedBy(ends.length, ruleLimits.previewPoints)).map(([end, value]) => [
      iso(end),
      value,
    ]),
    fired: fired.slice(-firedMax).map(({ from, to, reason, numbers }) => ({
      from: iso(from),
      to: to === null ? null : iso(to),
      reason,
      words: judgementInWords(rule, group, reason, numbers),
      numbers,
    })),
  };
};
