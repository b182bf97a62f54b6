import type { TimeInterval } from '../time-interval.ts';
import { intervalProblems } from '../time-interval.ts';
import { leftOver, mappings, text, texts, type Finding, type Said } from './config-reading.ts';

const fields = {
  weekdays: 'weekdays',
  days_of_month: 'daysOfMonth',
  months: 'months',
  years: 'years',
} as const;

/** Time intervals of an alertmanager.yml, by name; `mute_time_intervals` is the older word for them. */
export const intervalsFrom = (config: Said, findings: Finding[]): Record<string, TimeInterval[]> => {
  const found: Record<string, TimeInterval[]> = {};
  for (const list of ['time_intervals', 'mute_time_intervals'])
    for (const [index, said] of mappings(config[list]).entries()) {
      const name = text(said['name']) ?? `unnamed ${index}`;
      found[name] = mappings(said['time_intervals']).map((each, at) =>
        intervalFrom(each, { where: `${list}.${name}.${at}`, findings }),
      );
    }
  return found;
};

const intervalFrom = (
  said: Said,
  { where, findings }: { readonly where: string; readonly findings: Finding[] },
): TimeInterval => {
  const lists = Object.entries(fields).flatMap(([theirs, ours]) =>
    said[theirs] === undefined || said[theirs] === null ? [] : [[ours, texts(said[theirs])] as const],
  );
  const times = mappings(said['times']).map((each) => ({
    from: text(each['start_time']) ?? '',
    to: text(each['end_time']) ?? '',
  }));
  const zone = text(said['location']);
  const interval: TimeInterval = {
    ...Object.fromEntries(lists),
    ...(times.length > 0 && { times }),
    // The machine that Alertmanager ran on is not this one.
    ...(zone !== null && { zone: zone === 'Local' ? 'UTC' : zone }),
  };
  if (zone === 'Local')
    findings.push({
      where,
      what: 'location: Local',
      why: 'the zone of that machine is not known here: taken as UTC',
      level: 'asked',
    });
  leftOver(said, [...Object.keys(fields), 'times', 'location'], {
    where,
    why: 'not a field of a time interval',
    findings,
  });
  for (const { field, message } of intervalProblems(interval))
    findings.push({ where: `${where}.${field}`, what: 'a time', why: message, level: 'lost' });
  return interval;
};

/** A time interval as Alertmanager writes it. */
export const intervalSaid = (interval: TimeInterval): Record<string, unknown> => ({
  ...(interval.times && {
    times: interval.times.map(({ from, to }) => ({ start_time: from, end_time: to })),
  }),
  ...Object.fromEntries(
    Object.entries(fields).flatMap(([theirs, ours]) => (interval[ours] ? [[theirs, [...interval[ours]]]] : [])),
  ),
  ...(interval.zone !== undefined && { location: interval.zone }),
});
