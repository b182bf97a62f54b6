import type { Dice } from './random.ts';

/** One time that an alert held, and what people made of it. Milliseconds since 1970. */
export interface Firing {
  readonly nature: Nature;
  readonly from: number;
  readonly to: number;
  readonly notified: boolean;
  readonly acknowledged: number | null;
  readonly actions: number;
  readonly useful: boolean | null;
}

type Nature =
  | 'flapping-acted'
  | 'flapping-ignored'
  | 'ignored'
  | 'batch-ignored'
  | 'batch-acted'
  | 'incidents'
  | 'incidents-seldom'
  | 'slow'
  | 'burst'
  | 'once'
  | 'twin'
  | 'cascade'
  | 'company-wide';

/** How much chance blurs what is planted: 0 not at all, 1 a lot. */
export interface Temper {
  readonly blur: number;
}

interface Question {
  readonly dice: Dice;
  readonly stretch: { readonly from: number; readonly to: number };
  readonly temper: Temper;
  /** Firings of the alert that this one follows. */
  readonly first: readonly Firing[];
}

interface Span {
  readonly from: number;
  readonly to: number;
}

const second = 1_000;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** All firings of one alert in the order of their time; none overlaps another. */
export const firingsOf = (nature: Nature, question: Question): Firing[] => {
  const spans = apart(spansOf[nature](question), question.stretch);
  const acted = actedOn(nature, spans, question);
  return spans.map((span, index) => ({ nature, ...span, ...peopleOf(nature, span, acted.has(index), question) }));
};

/** By chance, with about so many milliseconds between two begins. */
const byChance = (
  { dice, stretch }: Question,
  gap: readonly [number, number],
  length: readonly [number, number],
): Span[] => {
  const mean = dice.between(...gap);
  const spans: Span[] = [];
  for (let at = stretch.from + dice.wait(mean); at < stretch.to; at += hour + dice.wait(mean))
    spans.push({ from: at, to: at + lengthOf(dice, length) });
  return spans;
};

/** Between two lengths, the short ones more often. */
const lengthOf = (dice: Dice, [least, most]: readonly [number, number]): number =>
  least * Math.exp(dice.next() * Math.log(most / least));

const incidents = (question: Question): Span[] => byChance(question, [2 * day, 5 * day], [4 * minute, 2 * hour]);

const flapping = ({ dice, stretch, temper: { blur } }: Question): Span[] => {
  const stretches = dice.whole(10, 22);
  const [rest, on] = [dice.between(2, 5 + 6 * blur) * minute, dice.between(1, 4) * minute];
  const spans: Span[] = [];
  for (let index = 0; index < stretches; index++) {
    const share = (index + dice.between(0.1, 0.9)) / stretches;
    let at = stretch.from + share * (stretch.to - stretch.from);
    for (let left = dice.whole(7, 28); left > 0; left--) {
      const to = at + Math.max(30 * second, on * dice.between(0.4, 1.8));
      spans.push({ from: at, to });
      at = to + Math.max(30 * second, rest * dice.between(0.3, 1.8));
    }
  }
  return spans;
};

const batch = ({ dice, stretch, temper: { blur } }: Question): Span[] => {
  const at = dice.whole(0, 23) * hour + dice.pick([0, 0, 15, 30]) * minute;
  const everyDay = dice.chance(0.6);
  const length = dice.between(10, 50) * minute;
  const spans: Span[] = [];
  for (let midnight = Math.ceil(stretch.from / day) * day; midnight + day < stretch.to; midnight += day) {
    const weekend = [0, 6].includes(new Date(midnight).getUTCDay());
    if ((weekend && !everyDay) || dice.chance(0.1 * blur)) continue;
    const from = midnight + at + dice.between(0, 1 + 8 * blur) * minute;
    spans.push({ from, to: from + length * dice.between(0.7, 1.3) });
  }
  return spans;
};

/** Few firings in all; in one or two incidents it comes many times within two hours. */
const bursts = (question: Question): Span[] => {
  const { dice, stretch } = question;
  const spans = byChance(question, [9 * day, 20 * day], [5 * minute, hour]);
  for (let incident = dice.whole(1, 2); incident > 0; incident--) {
    let at = dice.between(stretch.from + day, stretch.to - day);
    for (let left = dice.whole(5, 9); left > 0; left--) {
      const to = at + dice.between(3, 12) * minute;
      spans.push({ from: at, to });
      at = to + dice.between(3, 12) * minute;
    }
  }
  return spans;
};

const once = ({ dice, stretch }: Question): Span[] =>
  Array.from({ length: dice.whole(1, 5) }, () => {
    const from = dice.between(stretch.from, stretch.to - hour);
    return { from, to: from + dice.between(2, 40) * minute };
  });

/** The same cause told a second time: nearly always, moments before or after. */
const twin = ({ dice, stretch, temper: { blur }, first }: Question): Span[] => {
  const lag = dice.between(-30, 60) * second;
  const spans = first
    .filter(() => !dice.chance(0.03 * blur))
    .map(({ from, to }) => {
      const begins = from + lag + dice.between(-1, 1) * (10 + 90 * blur) * second;
      const ends = to + dice.between(-0.1, 0.25) * (to - from);
      return { from: begins, to: Math.max(begins + minute, ends) };
    });
  const alone = Math.floor(first.length * 0.03 * blur * dice.next());
  for (let left = alone; left > 0; left--) {
    const from = dice.between(stretch.from, stretch.to - hour);
    spans.push({ from, to: from + dice.between(3, 20) * minute });
  }
  return spans;
};

/** With `share` of the first one's firings, and as often or more without it. */
const follower = (question: Question, share: number, lag: readonly [number, number]): Span[] => {
  const { dice, first } = question;
  const together = first
    .filter(() => dice.chance(share))
    .map(({ from, to }) => {
      const begins = from + dice.between(...lag);
      return { from: begins, to: Math.max(begins + 2 * minute, to + dice.between(-5, 20) * minute) };
    });
  return [...together, ...byChance(question, [2 * day, 3 * day], [4 * minute, hour])];
};

const spansOf: Readonly<Record<Nature, (question: Question) => Span[]>> = {
  'flapping-acted': flapping,
  'flapping-ignored': flapping,
  ignored: (question) => byChance(question, [day, 4 * day], [2 * minute, 40 * minute]),
  'batch-ignored': batch,
  'batch-acted': batch,
  incidents,
  'incidents-seldom': incidents,
  slow: (question) => byChance(question, [2 * day, 6 * day], [3 * hour, 12 * hour]),
  burst: bursts,
  once,
  twin,
  cascade: (question) => follower(question, question.dice.between(0.5, 0.75), [minute, 4 * minute]),
  'company-wide': (question) => follower(question, question.dice.between(0.2, 0.4), [-2 * minute, 2 * minute]),
};

/** In the order of their time, within the stretch, and a quarter of a minute between two at least. */
const apart = (spans: readonly Span[], stretch: Question['stretch']): Span[] => {
  const kept: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = kept.at(-1);
    if (span.from < stretch.from || span.to > stretch.to || (last && span.from < last.to + 15 * second)) continue;
    kept.push(span);
  }
  return kept;
};

/** Share of its times on which somebody acts. */
const actedShare: Readonly<Record<Nature, readonly [number, number]>> = {
  'flapping-acted': [0.5, 0.9],
  'flapping-ignored': [0, 0],
  ignored: [0, 0],
  'batch-ignored': [0, 0],
  'batch-acted': [0.35, 0.8],
  incidents: [0.5, 0.95],
  'incidents-seldom': [0.3, 0.5],
  slow: [0.5, 0.9],
  burst: [0.6, 0.9],
  once: [0, 0.3],
  twin: [0.3, 0.7],
  cascade: [0.35, 0.8],
  'company-wide': [0.35, 0.8],
};

/** Firings with less than this between them are one time that it came. */
const oneTimeMs = hour;
/** Where people act at all they do so at least in this share of the times, whatever the dice say: else the truth would be another. */
const actedLeast = 0.25;

/** Numbers of the firings that somebody acts on: one or two of each time. */
const actedOn = (nature: Nature, spans: readonly Span[], { dice, temper: { blur } }: Question): Set<number> => {
  const times: number[][] = [];
  for (const [index, { from }] of spans.entries()) {
    if (index > 0 && from - spans[index - 1]!.to < oneTimeMs) times.at(-1)!.push(index);
    else times.push([index]);
  }
  const [least, most] = actedShare[nature];
  const acted = new Set<number>();
  // One person in hundreds of times looks at it after all.
  if (most === 0) {
    if (times.length >= 40 && dice.chance(blur)) acted.add(dice.whole(0, spans.length - 1));
    return acted;
  }
  const share = dice.between(least, most);
  const chosen = times.map((time) => ({ time, rolled: dice.next() })).toSorted((a, b) => a.rolled - b.rolled);
  for (const [place, { time, rolled }] of chosen.entries())
    if (rolled < share || (nature !== 'once' && place < Math.ceil(times.length * actedLeast))) {
      acted.add(dice.pick(time));
      if (dice.chance(0.3)) acted.add(dice.pick(time));
    }
  return acted;
};

/** What people did: who acts acknowledges and leaves a trace; others acknowledge by reflex now and then. */
const peopleOf = (
  nature: Nature,
  { from, to }: Span,
  acted: boolean,
  { dice, temper: { blur } }: Question,
): Pick<Firing, 'notified' | 'acknowledged' | 'actions' | 'useful'> => {
  const late = nature === 'slow' ? dice.between(0.2, 0.8) * (to - from) : dice.wait(6 * minute);
  if (acted) {
    const acknowledged = dice.chance(1 - 0.15 * blur) ? Math.min(from + late, to) : null;
    const useful = dice.chance(0.2) ? dice.chance(1 - 0.1 * blur) : null;
    return { notified: true, acknowledged, actions: dice.whole(1, 4), useful };
  }
  const reflex = dice.chance(0.12 * blur);
  const acknowledged = reflex ? Math.min(from + dice.wait(2 * minute), to) : null;
  const answered = dice.chance(0.06);
  const isNoise = nature.endsWith('ignored') || nature.startsWith('flapping');
  return {
    notified: dice.chance(0.95),
    acknowledged,
    actions: 0,
    useful: answered ? dice.chance(isNoise ? 0.1 * blur : 0.4) : null,
  };
};
