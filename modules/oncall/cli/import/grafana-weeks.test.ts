import { expect, it } from 'vitest';
import { scheduleSpec } from '../../contract/schedules.ts';
import { firstVersion } from '../../domain/schedule/edit.ts';
import { expand, onlyVersions } from '../../domain/schedule/expand.ts';
import { fromGrafanaOncall } from './grafana-oncall.ts';

/** A shift of Grafana OnCall that began on a Thursday, on Wednesdays and Fridays by itself; two people in turn. Who is expected
 * follows its `convert_to_ical` of custom_on_call_shift.py. */
const onDays = (more: object): string[] => {
  const { documents } = fromGrafanaOncall([
    {
      results: [
        { id: 'S', name: 'Days', type: 'web', time_zone: 'UTC', shifts: ['R'] },
        {
          id: 'R',
          name: 'days',
          type: 'rolling_users',
          start: '2026-09-10T08:00:00',
          duration: 3_600,
          frequency: 'weekly',
          interval: 1,
          by_day: ['WE', 'FR'],
          rolling_users: [['A'], ['B']],
          ...more,
        },
        { id: 'A', email: 'a@example.org', username: 'a' },
        { id: 'B', email: 'b@example.org', username: 'b' },
      ],
    },
  ]);
  const spec = scheduleSpec.parse(documents.find(({ kind }) => kind === 'Schedule')?.spec);
  const window = { from: Date.parse('2026-09-11'), to: Date.parse('2026-09-27') };
  const { shifts } = expand(onlyVersions([firstVersion(spec)]), window);
  return shifts.map(({ person, from }) => `${person} ${new Date(from).toISOString().slice(0, 10)}`);
};

it('changes turns with their week where a shift names days, and begins on the first of them', () => {
  expect(onDays({})).toEqual(['a 2026-09-16', 'a 2026-09-18', 'b 2026-09-23', 'b 2026-09-25']);
  const thursdays = { by_day: ['TH', 'TU'] };
  expect(onDays(thursdays)).toEqual(['b 2026-09-15', 'b 2026-09-17', 'a 2026-09-22', 'a 2026-09-24']);
  expect(onDays({ ...thursdays, week_start: 'TH' })).toEqual([
    'a 2026-09-15',
    'b 2026-09-17',
    'b 2026-09-22',
    'a 2026-09-24',
  ]);
});

it('counts no days that are not named where turns last a day', () => {
  expect(onDays({ frequency: 'daily', by_day: ['MO', 'TU', 'TH', 'FR'] })).toEqual([
    'b 2026-09-11',
    'a 2026-09-14',
    'b 2026-09-15',
    'a 2026-09-17',
    'b 2026-09-18',
    'a 2026-09-21',
    'b 2026-09-22',
    'a 2026-09-24',
    'b 2026-09-25',
  ]);
});
