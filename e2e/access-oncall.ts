import type { AccessRow, Who } from './access-row.ts';

const schedule = {
  zone: 'UTC',
  team: 'payments',
  layers: [{ name: 'primary', rotation: { unit: 'day', start: '2026-01-01' }, people: ['mira'] }],
};
const scheduleStands = ['PUT', '/api/v1/schedules/walked', schedule] as const;

interface Given {
  readonly seen: AccessRow;
  readonly open: AccessRow;
  readonly owners: readonly Who[];
  readonly admins: readonly Who[];
  readonly crewStands: readonly [string, string, unknown];
  readonly soon: (hours: number) => string;
  readonly unknownId: string;
}

/** Rows of the access walk for how people are reached, schedules, calendars of shifts and the schemas of their documents. */
export const oncallRows = (given: Given): Record<string, AccessRow> => ({
  ...peopleRows(given),
  ...scheduleRows(given),
  ...coverRows(given),
});

const peopleRows = ({ seen, admins }: Given): Record<string, AccessRow> => ({
  // How people are reached: said by themselves and by admins; addresses are hidden from others
  'PUT /api/v1/people/{person}': {
    may: admins,
    params: { person: 'walked' },
    body: { email: 'walked@harbour.example', zone: 'UTC' },
  },
  'GET /api/v1/person-documents': { may: admins },
  'DELETE /api/v1/person-documents/{person}': { may: admins, params: { person: 'walked' } },
  'GET /api/v1/people/{person}/contact-methods': { ...seen, params: { person: 'zora' } },
  'PUT /api/v1/people/{person}/contact-methods/{method}': {
    may: admins,
    params: { person: 'zora', method: 'mail' },
    body: { channel: 'email', address: 'zora@harbour.example' },
  },
  'DELETE /api/v1/people/{person}/contact-methods/{method}': {
    may: admins,
    params: { person: 'zora', method: 'no-such-method' },
  },
  'POST /api/v1/people/{person}/contact-methods/{method}/code': {
    may: admins,
    params: { person: 'zora', method: 'no-such-method' },
  },
  'POST /api/v1/people/{person}/contact-methods/{method}/verify': {
    may: admins,
    params: { person: 'zora', method: 'no-such-method' },
    body: { code: '000000' },
  },
  'PATCH /api/v1/people/{person}/contact-rules': { may: admins, params: { person: 'zora' }, body: { rules: [] } },
});

const scheduleRows = ({ seen, open, owners, crewStands, soon, unknownId }: Given): Record<string, AccessRow> => ({
  // Schedules: changed by editors of their team, overridden by its responders
  'GET /api/v1/schedules': seen,
  'GET /api/v1/schedules/{name}': { ...seen, params: { name: 'walked' }, before: [crewStands, scheduleStands] },
  'PUT /api/v1/schedules/{name}': {
    may: owners,
    params: { name: 'walked' },
    body: schedule,
    before: [crewStands, scheduleStands],
  },
  'DELETE /api/v1/schedules/{name}': { may: owners, params: { name: 'walked' }, before: [crewStands, scheduleStands] },
  'GET /api/v1/schedules/{name}/shifts': { ...seen, params: { name: 'walked' }, before: [crewStands, scheduleStands] },
  'GET /api/v1/schedules/{name}/on-call': { ...seen, params: { name: 'walked' }, before: [crewStands, scheduleStands] },
  'POST /api/v1/schedules/preview': {
    ...seen,
    body: { name: 'walked', spec: schedule },
    before: [crewStands, scheduleStands],
  },
  'GET /api/v1/schedules/{name}/overrides': {
    ...seen,
    params: { name: 'walked' },
    before: [crewStands, scheduleStands],
  },
  'POST /api/v1/schedules/{name}/overrides': {
    may: owners,
    params: { name: 'walked' },
    body: { person: 'mira', from: soon(0), to: soon(1) },
    before: [crewStands, scheduleStands],
  },
  'DELETE /api/v1/schedules/{name}/overrides/{id}': {
    may: owners,
    params: { name: 'walked', id: unknownId },
    before: [crewStands, scheduleStands],
  },
  'GET /api/v1/schemas': open,
  'GET /api/v1/schemas/{kind}': { ...open, params: { kind: 'Schedule' } },
  'GET /api/v1/calendar-feeds': seen,
  'POST /api/v1/calendar-feeds': { ...seen, body: { kind: 'team', of: 'payments' }, before: [crewStands] },
  'DELETE /api/v1/calendar-feeds/{id}': { ...seen, params: { id: unknownId } },
  // The secret in the address is what opens a calendar; none opens none, for everybody.
  'GET /api/v1/schedules/{name}.ics': { ...open, params: { name: 'walked' } },
  'GET /api/v1/people/{person}/shifts.ics': { ...open, params: { person: 'zora' } },
  'GET /api/v1/teams/{team}/shifts.ics': { ...open, params: { team: 'payments' } },
});

const coverRows = ({ seen, owners, admins, crewStands, soon, unknownId }: Given): Record<string, AccessRow> => ({
  'GET /api/v1/on-call/gaps': seen,
  // When somebody is away is said by themselves and by admins
  'GET /api/v1/people/{person}/absences': { ...seen, params: { person: 'zora' } },
  'POST /api/v1/people/{person}/absences': {
    may: admins,
    params: { person: 'zora' },
    body: { from: soon(0), to: soon(1) },
  },
  'POST /api/v1/people/{person}/absences/import': {
    may: admins,
    params: { person: 'zora' },
    body: { calendar: 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n' },
  },
  'DELETE /api/v1/people/{person}/absences/{id}': { may: admins, params: { person: 'zora', id: unknownId } },
  'GET /api/v1/schedules/{name}/shadowings': {
    ...seen,
    params: { name: 'walked' },
    before: [crewStands, scheduleStands],
  },
  'GET /api/v1/holiday-regions': seen,
  'GET /api/v1/people/{person}/shadowings': { ...seen, params: { person: 'zora' } },
  'GET /api/v1/schedules/{name}/absences': {
    ...seen,
    params: { name: 'walked' },
    before: [crewStands, scheduleStands],
  },
  'POST /api/v1/schedules/{name}/shadowings': {
    may: owners,
    params: { name: 'walked' },
    body: { person: 'mira', from: soon(0), to: soon(1) },
    before: [crewStands, scheduleStands],
  },
  'DELETE /api/v1/schedules/{name}/shadowings/{id}': {
    may: owners,
    params: { name: 'walked', id: unknownId },
    before: [crewStands, scheduleStands],
  },
  // Who may ask and take, modules/oncall/server/covers/covers.db.test.ts shows with people who have shifts.
  'GET /api/v1/cover-requests': seen,
  'POST /api/v1/schedules/{name}/cover-requests': {
    ...seen,
    params: { name: 'no-such-schedule' },
    body: { from: soon(0), to: soon(1), person: 'zora' },
  },
  'POST /api/v1/cover-requests/{id}/take': { ...seen, params: { id: unknownId }, body: { person: 'zora' } },
  'DELETE /api/v1/cover-requests/{id}': { ...seen, params: { id: unknownId } },
});
