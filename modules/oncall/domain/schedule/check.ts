import { everBegins } from './turns.ts';
import {
  personOf,
  weekdays,
  type Layer,
  type Member,
  type Rotation,
  type SaidOverride,
  type ScheduleSpec,
} from './schedule.ts';

/** What is wrong with a schedule, `path` as in its document below `spec`. */
export interface Wrong {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Everything about a schedule that cannot be, beyond the shape of its fields; needs no server. */
export const wrongWith = (spec: Pick<ScheduleSpec, 'layers' | 'overrides'>): Wrong[] => [
  ...spec.layers.flatMap((layer, index) => wrongLayer(layer, ['layers', index])),
  ...twice(spec.layers.map(({ name }) => name)).map((index) => ({
    path: ['layers', index, 'name'],
    message: `there are two layers ${spec.layers[index]!.name}; overrides and edits tell them apart by their name`,
  })),
  ...wrongOverrides(spec),
];

const wrongLayer = (layer: Layer, path: Wrong['path']): Wrong[] => {
  const at = (...rest: (string | number)[]): Wrong['path'] => [...path, ...rest];
  if (layer.rotation === null && layer.calendar === null)
    return [{ path: at('rotation'), message: 'a layer needs a rotation, or the address of a calendar' }];
  if (layer.calendar !== null) {
    if (layer.rotation !== null)
      return [{ path: at('calendar'), message: 'a layer has a rotation or a calendar, not both' }];
    const people = layer.people.length + layer.changes.length > 0;
    return people ? [{ path: at('people'), message: 'the calendar says who; leave `people` and `changes` out' }] : [];
  }
  return [
    ...(hasNobody(layer.people) ? [{ path: at('people'), message: nobody }] : []),
    ...layer.changes.flatMap(({ people }, index) =>
      hasNobody(people) ? [{ path: at('changes', index, 'people'), message: nobody }] : [],
    ),
    ...twice(layer.changes.map(({ at: when }) => when)).map((index) => ({
      path: at('changes', index, 'at'),
      message: 'there are two changes at this date',
    })),
    ...wrongRotation(layer.rotation!, at('rotation')),
  ];
};

const nobody = 'nobody is in it: name at least one person';
const hasNobody = (people: readonly Member[]): boolean => people.every((member) => personOf(member) === null);

const wrongRotation = (rotation: Rotation, path: Wrong['path']): Wrong[] => {
  const { unit, length, days, handoffs } = rotation;
  const wrong = (field: string, message: string): Wrong => ({ path: [...path, field], message });
  if (!everBegins(rotation)) return [wrong('days', 'no turn ever begins on one of these days')];
  if (handoffs.length === 0) return [];
  if (unit !== 'week') return [wrong('handoffs', 'several hand-offs belong to weeks: write `unit: week`')];
  if (days.length > 0) return [wrong('days', 'with `handoffs` write `restrictions` of the layer instead')];
  const beyond = handoffs.findIndex(({ week }) => week > length);
  if (beyond >= 0)
    return [
      { path: [...path, 'handoffs', beyond, 'week'], message: `the period has only ${length} weeks (\`length\`)` },
    ];
  const places = handoffs.map(({ day, at, week }) => `${week} ${weekdays.indexOf(day)} ${at}`);
  return twice(places).map((index) => ({
    path: [...path, 'handoffs', index],
    message: 'this hand-off is there twice',
  }));
};

const wrongOverrides = ({ layers, overrides }: Pick<ScheduleSpec, 'layers' | 'overrides'>): Wrong[] => {
  const found = overrides.flatMap((each, index) =>
    wrongOverride(
      each,
      layers.map(({ name }) => name),
    ).map(({ path, message }) => ({ path: ['overrides', index, ...path], message })),
  );
  if (found.length > 0) return found;
  const sorted = overrides
    .map((each, index) => ({ ...stretchOf(each), each, index }))
    .toSorted((a, b) => a.from - b.from || a.index - b.index);
  // Sorted by their beginning, so each is compared only with those that begin before its end.
  return sorted.flatMap((one, place) => {
    const wrongs: Wrong[] = [];
    for (let next = place + 1; next < sorted.length && sorted[next]!.from < one.to; next += 1) {
      const other = sorted[next]!;
      if (!compete(one.each, other.each)) continue;
      const [first, second] = one.index < other.index ? [one, other] : [other, one];
      wrongs.push({
        path: ['overrides', second.index],
        message: `overlaps the override of ${first.each.person} from ${first.each.from} to ${first.each.to}: say who has that time`,
      });
    }
    return wrongs;
  });
};

/** What is wrong with one override alone. */
export const wrongOverride = (each: SaidOverride, layers: readonly string[]): Wrong[] => {
  const { from, to } = stretchOf(each);
  const wrongs: Wrong[] = [];
  if (from >= to) wrongs.push({ path: ['to'], message: 'is not after `from`' });
  if (each.layer !== null && !layers.includes(each.layer))
    wrongs.push({ path: ['layer'], message: `there is no layer ${each.layer}; the layers are ${layers.join(', ')}` });
  if (each.replaces === each.person) wrongs.push({ path: ['replaces'], message: 'nobody replaces themselves' });
  return wrongs;
};

/** Whether two overrides that overlap in time contradict each other: not where they replace different people or name different layers. */
export const compete = (
  one: Pick<SaidOverride, 'layer' | 'replaces'>,
  other: Pick<SaidOverride, 'layer' | 'replaces'>,
): boolean => {
  if (one.layer !== other.layer) return false;
  return one.replaces === null || other.replaces === null || one.replaces === other.replaces;
};

export const stretchOf = ({ from, to }: Pick<SaidOverride, 'from' | 'to'>): { from: number; to: number } => ({
  from: Temporal.Instant.from(from).epochMilliseconds,
  to: Temporal.Instant.from(to).epochMilliseconds,
});

/** Everybody whom a schedule names, each once, with where it names them first. */
export const peopleOf = (spec: Pick<ScheduleSpec, 'layers' | 'overrides'>): Map<string, Wrong['path']> => {
  const found = new Map<string, Wrong['path']>();
  const name = (person: string | null, path: Wrong['path']): void => {
    if (person !== null && !found.has(person)) found.set(person, path);
  };
  spec.layers.forEach((layer, index) => {
    layer.people.forEach((member, place) => name(personOf(member), ['layers', index, 'people', place]));
    layer.changes.forEach(({ people }, change) =>
      people.forEach((member, place) => name(personOf(member), ['layers', index, 'changes', change, 'people', place])),
    );
  });
  spec.overrides.forEach(({ person, replaces }, index) => {
    name(person, ['overrides', index, 'person']);
    name(replaces, ['overrides', index, 'replaces']);
  });
  return found;
};

/** Indexes of what stands in a list for a second time. */
const twice = (texts: readonly string[]): number[] =>
  texts.flatMap((text, index) => (texts.indexOf(text) < index ? [index] : []));
