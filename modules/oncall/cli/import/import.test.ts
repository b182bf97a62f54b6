import { describe, expect, it } from 'vitest';
import { scheduleSpec } from '../../contract/schedules.ts';
import { firstVersion } from '../../domain/schedule/edit.ts';
import { expand, onlyVersions } from '../../domain/schedule/expand.ts';
import { fromGrafanaOncall } from './grafana-oncall.ts';
import type { Imported } from './gathered.ts';
import { fromOpsgenie } from './opsgenie.ts';
import { fromPagerDuty } from './pagerduty.ts';

const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;
const specOf = ({ documents }: Imported, kind: string, name: string): any =>
  documents.find((each) => each.kind === kind && each.metadata.name === name)?.spec;
const onCall = (imported: Imported, name: string, instant: string): string | null => {
  const window = { from: at(instant), to: at(instant) + 1 };
  return (
    expand(onlyVersions([firstVersion(scheduleSpec.parse(specOf(imported, 'Schedule', name)))]), window).shifts[0]
      ?.person ?? null
  );
};
const told = ({ leftOver }: Imported): string =>
  leftOver.map(({ where, what, why }) => `${where}: ${what}: ${why}`).join('\n');

describe('PagerDuty', () => {
  const user = (id: string, name: string) => ({ id, type: 'user_reference', summary: name, self: 'x' });
  const imported = fromPagerDuty([
    {
      users: [
        {
          id: 'PA',
          type: 'user',
          name: 'Mira Lind',
          email: 'mira@example.org',
          time_zone: 'Europe/Berlin',
          role: 'user',
          description: 'Lead',
          contact_methods: [
            { id: 'C1', type: 'email_contact_method', address: 'mira@example.org' },
            { id: 'C2', type: 'sms_contact_method', country_code: 49, address: '1701234567' },
            { id: 'C3', type: 'push_notification_contact_method', address: 'abc' },
          ],
          notification_rules: [
            { id: 'R1', start_delay_in_minutes: 0, urgency: 'high', contact_method: { id: 'C2' } },
            { id: 'R2', start_delay_in_minutes: 5, urgency: 'high', contact_method: { id: 'C3' } },
          ],
        },
        {
          id: 'PB',
          type: 'user',
          name: 'Sam',
          email: 'sam@example.org',
          time_zone: 'UTC',
          contact_methods: [],
          notification_rules: [],
        },
      ],
    },
    {
      schedule: {
        id: 'S1',
        type: 'schedule',
        name: 'Payments',
        time_zone: 'Europe/Berlin',
        description: 'Who pays',
        schedule_layers: [
          {
            id: 'L2',
            name: 'Weekend',
            start: '2026-01-01T00:00:00+01:00',
            end: null,
            rotation_virtual_start: '2026-01-05T09:00:00+01:00',
            rotation_turn_length_seconds: 604800,
            users: [{ user: user('PB', 'Sam') }],
            restrictions: [
              {
                type: 'weekly_restriction',
                start_day_of_week: 6,
                start_time_of_day: '00:00:00',
                duration_seconds: 172800,
              },
            ],
          },
          {
            id: 'L1',
            name: 'All',
            start: '2026-01-01T00:00:00+01:00',
            end: null,
            rotation_virtual_start: '2026-01-05T09:00:00+01:00',
            rotation_turn_length_seconds: 604800,
            users: [{ user: user('PA', 'Mira') }, { user: user('PX', 'Ghost') }],
            restrictions: [],
          },
          {
            id: 'L0',
            name: 'Odd',
            start: '2026-01-01T00:00:00+01:00',
            end: null,
            rotation_virtual_start: '2026-01-05T09:00:00+01:00',
            rotation_turn_length_seconds: 5400,
            users: [{ user: user('PA', 'Mira') }],
            restrictions: [],
          },
        ],
        overrides_subschedule: {
          rendered_schedule_entries: [
            { start: '2026-02-03T09:00:00+01:00', end: '2026-02-04T09:00:00+01:00', user: user('PB', 'Sam') },
          ],
        },
      },
    },
    {
      escalation_policies: [
        {
          id: 'E1',
          name: 'Payments',
          num_loops: 2,
          escalation_rules: [
            { id: 'X1', escalation_delay_in_minutes: 5, targets: [{ id: 'S1', type: 'schedule_reference' }] },
            { id: 'X2', escalation_delay_in_minutes: 20, targets: [{ id: 'PA', type: 'user_reference' }] },
          ],
        },
      ],
    },
  ]);

  it('gives people, schedules and policies that say the same', () => {
    expect(imported.documents.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Person mira',
      'Person sam',
      'Schedule payments',
      'EscalationPolicy payments',
    ]);
    expect(specOf(imported, 'Person', 'mira')).toMatchObject({
      displayName: 'Mira Lind',
      contactMethods: [{ channel: 'email' }, { channel: 'sms', address: '+491701234567' }],
      rules: [{ after: 'PT0M', contactMethod: 'sms-2', urgency: 'high' }],
    });
    expect(specOf(imported, 'EscalationPolicy', 'payments')).toMatchObject({
      steps: [
        { after: 'PT0M', notify: [{ schedule: 'payments' }] },
        { after: 'PT5M', notify: [{ person: 'mira' }] },
      ],
      repeat: 2,
      otherwise: { after: 'PT20M' },
    });
    expect(told(imported)).toContain('escalation policy Payments: 20 min between two rounds');
    expect(onCall(imported, 'payments', '2026-01-07T12:00:00Z')).toBe('mira');
    expect(onCall(imported, 'payments', '2026-01-10T12:00:00Z')).toBe('sam');
    expect(onCall(imported, 'payments', '2026-01-14T12:00:00Z')).toBe('ghost');
    expect(onCall(imported, 'payments', '2026-02-03T12:00:00Z')).toBe('sam');
  });

  it('tells what was not carried over', () => {
    const text = told(imported);
    for (const part of [
      'user mira@example.org: contact method push_notification',
      'its contact method was not carried over',
      'Ghost (PX): this user is in none of the files',
      'schedule Payments, Odd: the whole layer: a turn of 5400 seconds',
      'description: Lead',
    ])
      expect(text).toContain(part);
    expect(text).toContain('3 layers: no rendered entry');
    expect(imported.leftOver).toHaveLength(7);
  });
});

describe('The order of the layers of PagerDuty', () => {
  const entry = (id: string) => ({
    rendered_schedule_entries: [{ user: { id }, start: '2026-01-06T00:00:00Z', end: '2026-01-07T00:00:00Z' }],
  });
  const layer = (name: string, id: string) => ({
    name,
    start: '2026-01-05T09:00:00Z',
    rotation_virtual_start: '2026-01-05T09:00:00Z',
    rotation_turn_length_seconds: 86_400,
    users: [{ user: { id, summary: id } }],
    ...entry(id),
  });
  const layers = [layer('one', 'PA'), layer('two', 'PB')];
  const order = (final: object) =>
    fromPagerDuty([{ schedule: { id: 'S', name: 'S', time_zone: 'UTC', schedule_layers: layers, ...final } }]);

  it('is that in which the rendered entries come out, and told where nothing says it', () => {
    const names = (imported: Imported) => specOf(imported, 'Schedule', 's').layers.map(({ name }: any) => name);
    expect(names(order({ final_schedule: entry('PA') }))).toEqual(['one', 'two']);
    expect(names(order({ final_schedule: entry('PB') }))).toEqual(['two', 'one']);
    expect(told(order({ final_schedule: entry('PB') }))).not.toContain('strongest');
    expect(told(order({}))).toContain('no rendered entry says which is the strongest');
  });
});

describe('Opsgenie', () => {
  const user = { type: 'user', id: 'u1', username: 'mira@example.org' };
  const imported = fromOpsgenie([
    {
      data: [
        {
          id: 's1',
          name: 'Payments_schedule',
          timezone: 'Europe/Berlin',
          enabled: true,
          ownerTeam: { id: 't', name: 'payments' },
          rotations: [
            {
              id: 'r1',
              name: 'Week',
              startDate: '2026-01-05T08:00:00Z',
              type: 'weekly',
              length: 1,
              participants: [user, { type: 'none' }, { type: 'team', id: 't', name: 'payments' }],
              timeRestriction: {
                type: 'weekday-and-time-of-day',
                restrictions: [
                  { startDay: 'monday', startHour: 8, startMin: 0, endDay: 'friday', endHour: 18, endMin: 0 },
                ],
              },
            },
          ],
        },
      ],
    },
    {
      data: [
        {
          alias: 'o1',
          user: { type: 'user', id: 'u2', username: 'sam@example.org' },
          startDate: '2026-01-06T08:00:00Z',
          endDate: '2026-01-06T20:00:00Z',
          _parent: { id: 's1', name: 'Payments_schedule' },
        },
      ],
    },
    {
      data: {
        id: 'u1',
        username: 'mira@example.org',
        fullName: 'Mira',
        timeZone: 'Europe/Berlin',
        userContacts: [{ id: 'c', contactMethod: 'voice', to: '49-1701234567', status: { enabled: true } }],
      },
    },
    {
      data: [
        {
          id: 'e1',
          name: 'Payments_escalation',
          rules: [
            {
              condition: 'if-not-acked',
              notifyType: 'default',
              delay: { timeAmount: 0, timeUnit: 'minutes' },
              recipient: { type: 'schedule', id: 's1', name: 'Payments_schedule' },
            },
            {
              condition: 'if-not-acked',
              notifyType: 'next',
              delay: { timeAmount: 5, timeUnit: 'minutes' },
              recipient: { type: 'schedule', id: 's1' },
            },
            {
              condition: 'if-not-closed',
              notifyType: 'default',
              delay: { timeAmount: 15, timeUnit: 'minutes' },
              recipient: user,
            },
          ],
          repeat: { waitInterval: 10, count: 3, closeAlertAfterAll: true },
        },
      ],
    },
  ]);

  it('counts delays from the step before and splits a restriction over days', () => {
    expect(specOf(imported, 'EscalationPolicy', 'payments-escalation')).toMatchObject({
      steps: [
        { after: 'PT0M', notify: [{ schedule: 'payments-schedule' }] },
        { after: 'PT5M', notify: [{ next: 'payments-schedule' }] },
        { after: 'PT10M', notify: [{ person: 'mira' }] },
      ],
      repeat: 3,
    });
    expect(onCall(imported, 'payments-schedule', '2026-01-05T08:30:00Z')).toBe('mira');
    expect(onCall(imported, 'payments-schedule', '2026-01-06T12:00:00Z')).toBe('sam');
    expect(onCall(imported, 'payments-schedule', '2026-01-08T01:00:00Z')).toBe('mira');
    expect(onCall(imported, 'payments-schedule', '2026-01-09T18:00:00Z')).toBeNull();
    expect(specOf(imported, 'Person', 'mira').contactMethods).toEqual([
      { name: 'voice-1', channel: 'voice', address: '+491701234567' },
    ]);
  });

  it('tells what was not carried over', () => {
    const text = told(imported);
    for (const part of [
      'participant team payments',
      'team payments: set `team`',
      'condition if-not-closed',
      'closeAlertAfterAll',
      'sam@example.org: this user is in none',
      '10 min between two rounds',
      'notification rules',
    ])
      expect(text).toContain(part);
  });
});

describe('Grafana OnCall', () => {
  const imported = fromGrafanaOncall([
    {
      results: [
        { id: 'U1', username: 'mira', email: 'mira@example.org', timezone: 'UTC', name: 'Mira' },
        { id: 'U2', username: 'sam', email: 'sam@example.org', timezone: 'UTC' },
      ],
    },
    {
      count: 1,
      results: [
        { id: 'SB', name: 'Payments', type: 'web', time_zone: 'Europe/Berlin', shifts: ['O1', 'O2', 'O3', 'O9'] },
      ],
    },
    {
      results: [
        {
          id: 'O1',
          name: 'Days',
          type: 'rolling_users',
          start: '2026-01-05T09:00:00',
          duration: 28800,
          frequency: 'weekly',
          interval: 1,
          by_day: ['MO', 'TU', 'WE', 'TH', 'FR'],
          week_start: 'MO',
          rolling_users: [['U1'], ['U2', 'U1']],
          start_rotation_from_user_index: 1,
          level: 2,
          time_zone: null,
        },
        {
          id: 'O2',
          name: 'Nights',
          type: 'recurrent_event',
          start: '2026-01-05T00:00:00',
          duration: 86400,
          frequency: 'daily',
          interval: 1,
          users: ['U1'],
          level: 1,
        },
        { id: 'O3', name: 'Swap', type: 'override', start: '2026-01-07T10:00:00', duration: 3600, users: ['U1'] },
      ],
    },
    { results: [{ id: 'F1', name: 'default', team_id: null }] },
    {
      results: [
        { id: 'E2', escalation_chain_id: 'F1', position: 1, type: 'wait', duration: 300 },
        {
          id: 'E1',
          escalation_chain_id: 'F1',
          position: 0,
          type: 'notify_on_call_from_schedule',
          notify_on_call_from_schedule: 'SB',
          important: true,
        },
        {
          id: 'E3',
          escalation_chain_id: 'F1',
          position: 2,
          type: 'notify_person_next_each_time',
          persons_to_notify_next_each_time: ['U1', 'U2'],
        },
        { id: 'E4', escalation_chain_id: 'F1', position: 3, type: 'trigger_webhook', action_to_trigger: 'W' },
      ],
    },
  ]);

  it('gives the highest level first and the event its own length', () => {
    expect(onCall(imported, 'payments', '2026-01-06T09:00:00Z')).toBe('sam');
    expect(onCall(imported, 'payments', '2026-01-06T17:00:00Z')).toBe('mira');
    expect(onCall(imported, 'payments', '2026-01-07T09:30:00Z')).toBe('mira');
    expect(onCall(imported, 'payments', '2026-01-13T09:00:00Z')).toBe('mira');
    expect(specOf(imported, 'EscalationPolicy', 'default')).toMatchObject({
      steps: [
        { notify: [{ schedule: 'payments' }] },
        { after: 'PT5M', notify: [{ person: 'mira' }, { person: 'sam' }], roundRobin: true },
      ],
    });
  });

  it('tells what was not carried over', () => {
    const text = told(imported);
    for (const part of [
      'shift O9: it is in none of the files',
      '1 more in one turn (mira)',
      'step trigger_webhook',
      'action_to_trigger',
      'important',
    ])
      expect(text).toContain(part);
  });
});

it('tells of documents that Leadline would not take, and of objects that are none', () => {
  const nobody = fromPagerDuty([
    { schedule: { id: 'S', name: 'Empty', time_zone: 'Mars/Base', schedule_layers: [] } },
    { incidents: [] },
  ]);
  expect(nobody.documents).toEqual([]);
  expect(told(nobody)).toContain('a schedule needs a layer');
  expect(told(nobody)).toContain('time zone Mars/Base');
  expect(told(nobody)).toContain('the whole object');
});
