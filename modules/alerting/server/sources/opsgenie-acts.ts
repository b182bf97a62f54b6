import { newId } from '../../../../platform/clock/id.ts';
import type { IncomingAlert } from '../../domain/alert.ts';
import { isObject, textOf, type JsonObject } from '../../domain/sources/fields.ts';
import { instantOf } from '../../domain/sources/instants.ts';
import type { OpsgenieAction } from '../../domain/sources/opsgenie-path.ts';
import {
  opsgenieAlert,
  opsgenieDetails,
  opsgenieLimits,
  priorityIn,
  respondersIn,
  tagsIn,
  type OpsgenieSaid,
} from '../../domain/sources/opsgenie.ts';
import { groupKeyPrefix, pageSource } from '../engine/engine-ground.ts';
import { accept, type Accepted } from '../intake/accept.ts';
import { wakeEngines } from '../intake/store.ts';
import type { AlertTables, AlertTx } from '../intake/tables.ts';
import type { SourceCall } from '../integrations/source.ts';
import { unprocessable } from './opsgenie-answer.ts';
import type { OpsgenieGround } from './opsgenie-ground.ts';
import { addNote } from './opsgenie-notes-store.ts';
import * as store from './opsgenie-store.ts';
import { teamMeant } from './opsgenie-team.ts';

export type Action = Exclude<OpsgenieAction, 'list-notes' | 'list-logs'> | 'delete' | 'custom-action';

export interface Done {
  readonly isSuccess: boolean;
  /** As `GET /v2/alerts/requests/{id}` tells it. */
  readonly status: string;
  readonly said: readonly Accepted[];
}

interface Asked {
  readonly action: Action;
  readonly row: store.OpsgenieRow;
  /** Of a DELETE its query. */
  readonly body: unknown;
  /** Name of a custom action. */
  readonly custom?: string;
}

/** Does one thing to one alert, as a client asked. Throws a Refusal for a body that cannot be. */
export const act = async (
  ground: OpsgenieGround,
  call: SourceCall,
  { action, row, body: given, custom = '' }: Asked,
): Promise<Done> => {
  if (!isObject(given)) throw unprocessable({ body: 'should be a JSON object' });
  const by = textOf(given['user']) ?? textOf(given['source']) ?? call.integration.name;
  const doing: Doing = { ground, call, row, body: given, by: by.slice(0, 100), custom };
  const done = await actions[action](doing);
  const note = action === 'notes' ? null : textOf(given['note']);
  if (note !== null) await keepNote(doing, note);
  return done;
};

interface Doing {
  readonly ground: OpsgenieGround;
  readonly call: SourceCall;
  readonly row: store.OpsgenieRow;
  readonly body: JsonObject;
  readonly by: string;
  readonly custom: string;
}

const answer = async ({ ground, call, row, by }: Doing, action: IncomingAlert['action']): Promise<Accepted[]> => {
  const alert: IncomingAlert = {
    dedupKey: row.alias,
    action,
    labels: {},
    annotations: {},
    severity: 'info',
    summary: row.summary,
    service: null,
    startsAt: null,
    endsAt: null,
    links: [],
    by,
  };
  return [...(await accept(ground, call.integration, [alert], { payloadId: call.payloadId }))];
};

const closed = 'Alert is already closed';
const over = (status: string): Done => ({ isSuccess: false, status, said: [] });
const done = (status: string, said: readonly Accepted[] = []): Done => ({ isSuccess: true, status, said });

const close = async (doing: Doing): Promise<Done> =>
  doing.row.status === 'resolved' ? over(closed) : done('Alert closed', await answer(doing, 'resolve'));

const acknowledge = async (doing: Doing): Promise<Done> => {
  if (doing.row.status === 'resolved') return over(closed);
  if (doing.row.status === 'acknowledged') return over('Alert is already acknowledged');
  return done('Acknowledged alert', await answer(doing, 'acknowledge'));
};

/** Its page begins anew in a moment: nobody is on it any more. */
const unacknowledge = async (doing: Doing): Promise<Done> => {
  const { row } = doing;
  if (row.status === 'resolved') return over(closed);
  const changed = await inTransaction(doing, async (tx) => {
    if (!(await store.unacknowledge(tx, row.id))) return false;
    await quieten(doing, tx, await store.inAMoment(tx));
    await tell(doing, tx, 'alert.unacknowledged');
    await wakeEngines(tx);
    return true;
  });
  return changed ? done('UnAcknowledged alert') : over('Alert is not acknowledged');
};
const snooze = async (doing: Doing): Promise<Done> => {
  const { row, body, ground } = doing;
  const until = instantOf(body['endTime']);
  const now = ground.clock.now();
  const minutes = until === null ? 0 : (until.epochMilliseconds - now.epochMilliseconds) / 60_000;
  if (until === null || minutes <= 0 || minutes > snoozeMinutesMost)
    throw unprocessable({ endTime: 'should be a time ahead, by at most a week, as 2026-11-23T10:00:00Z' });
  if (row.status === 'resolved') return over(closed);
  await inTransaction(doing, async (tx) => {
    await store.setSnoozed(tx, row.id, until);
    await quieten(doing, tx, until);
    await tell(doing, tx, 'alert.snoozed', { until: until.toString() });
  });
  return done('Snoozed alert');
};
const snoozeMinutesMost = 7 * 24 * 60;

/** The pages that tell of nothing else that is open. */
const quieten = async ({ ground, row, by }: Doing, tx: AlertTx, until: Temporal.Instant): Promise<void> => {
  for (const group of await store.groupsAlone(tx, row.id))
    await ground.oncall.snoozeByKey(tx, {
      dedupKey: `${groupKeyPrefix}${group}`,
      source: pageSource,
      by,
      until,
    });
};

/** The escalation that a client names is Opsgenie's; here the page goes on in the policy that it began with. */
const escalate = async (doing: Doing): Promise<Done> => {
  const { ground, row, by, body } = doing;
  if (row.status === 'resolved') return over(closed);
  const { escalation } = body;
  const named = isObject(escalation) ? (textOf(escalation['name']) ?? textOf(escalation['id'])) : null;
  const moved = await inTransaction(doing, async (tx) => {
    const pages: string[] = [];
    for (const group of await store.openGroups(tx, row.id))
      pages.push(
        ...(await ground.oncall.escalateByKey(tx, { dedupKey: `${groupKeyPrefix}${group}`, source: pageSource, by })),
      );
    if (pages.length > 0) await tell(doing, tx, 'alert.escalated', { escalation: named?.slice(0, 255) ?? null });
    return pages.length > 0;
  });
  return moved ? done('Escalated alert to next') : over('There is no further step that waits, or somebody is on it');
};

/** What it does at its sender nobody here knows: that it was asked for stands at the page and in the ledger, for who listens there. */
const customAction = async (doing: Doing): Promise<Done> => {
  const { ground, row, by, custom } = doing;
  if (!(row.said.actions ?? []).includes(custom)) return over(`Action [${custom}] is not one of the alert`);
  await inTransaction(doing, async (tx) => {
    const text = `${by} asks for the action ${custom}.`;
    for (const group of await store.openGroups(tx, row.id))
      await ground.oncall.noteByKey(tx, { dedupKey: `${groupKeyPrefix}${group}`, source: pageSource, by, text });
    await tell(doing, tx, 'alert.action-asked', { action: custom });
  });
  return done(`Executed [${custom}] action`);
};

const notes = async (doing: Doing): Promise<Done> => {
  const text = textOf(doing.body['note']);
  if (text === null) throw unprocessable({ note: 'Note can not be empty.' });
  await keepNote(doing, text);
  return done('Added note to the alert');
};

const keepNote = ({ ground, row, by }: Doing, text: string): Promise<void> =>
  addNote(ground.postgres.tables<AlertTables>(), {
    id: newId(),
    alert: row.id,
    text: text.slice(0, opsgenieLimits.note).replaceAll('\u0000', '\uFFFD').toWellFormed(),
    owner: by,
  });

const assign = async (doing: Doing): Promise<Done> => {
  const { owner } = doing.body;
  const name = isObject(owner) ? (textOf(owner['username']) ?? textOf(owner['id'])) : null;
  if (name === null) throw unprocessable({ owner: 'should be an object with a username' });
  await inTransaction(doing, (tx) => store.setOwner(tx, doing.row.id, name.slice(0, 255)));
  return done('Assigned ownership');
};

/** Says the alert anew with what a client changed, so that routes and people see it. */
const change =
  (status: string, with_: (said: OpsgenieSaid, body: JsonObject, errors: Record<string, string>) => OpsgenieSaid) =>
  async (doing: Doing): Promise<Done> => {
    const { ground, call, row, body } = doing;
    if (row.status === 'resolved') return over(closed);
    const errors: Record<string, string> = {};
    const said = with_({ ...nothingSaid, message: row.summary, ...row.said }, body, errors);
    if (Object.keys(errors).length > 0) throw unprocessable(errors);
    const team = await teamMeant(ground, said.responders);
    const alert = opsgenieAlert(said, row.alias, team);
    const accepted = await accept(ground, call.integration, [alert], { payloadId: call.payloadId });
    await inTransaction(doing, (tx) => store.changeSaid(tx, row.id, said));
    return done(status, accepted);
  };

const nothingSaid: OpsgenieSaid = {
  message: '',
  alias: null,
  description: '',
  responders: [],
  visibleTo: [],
  actions: [],
  tags: [],
  details: {},
  entity: '',
  source: '',
  priority: null,
  user: null,
  note: null,
};

const text = (body: JsonObject, name: string, errors: Record<string, string>): string => {
  const value = textOf(body[name]);
  if (value === null) errors[name] = `${name} can not be empty.`;
  return value ?? '';
};

const withResponders = (said: OpsgenieSaid, added: OpsgenieSaid['responders']): OpsgenieSaid => ({
  ...said,
  responders: [...said.responders, ...added].slice(0, opsgenieLimits.responders),
});

const actions: Readonly<Record<Action, (doing: Doing) => Promise<Done>>> = {
  close,
  // Nothing that happened is deleted here; it is over.
  delete: close,
  acknowledge,
  unacknowledge,
  snooze,
  notes,
  assign,
  escalate,
  'custom-action': customAction,
  tags: change('Added tags', (said, body, errors) => ({
    ...said,
    tags: [...new Set([...said.tags, ...tagsIn(body['tags'], errors)])].slice(0, opsgenieLimits.tags),
  })),
  'remove-tags': change('Removed tags', (said, body, errors) => {
    const gone = new Set(tagsIn(body['tags'], errors));
    return { ...said, tags: said.tags.filter((tag) => !gone.has(tag)) };
  }),
  details: change('Added details', (said, body, errors) => ({
    ...said,
    details: { ...said.details, ...opsgenieDetails(body['details'], errors) },
  })),
  'remove-details': change('Removed details', (said, body) => {
    const gone = new Set((textOf(body['keys']) ?? '').split(',').map((each) => each.trim()));
    return { ...said, details: Object.fromEntries(Object.entries(said.details).filter(([name]) => !gone.has(name))) };
  }),
  responders: change('Added responder', (said, body, errors) =>
    withResponders(
      said,
      respondersIn(isObject(body['responder']) ? [body['responder']] : body['responders'], 'responder', errors),
    ),
  ),
  teams: change('Added team', (said, body, errors) =>
    withResponders(
      said,
      respondersIn(isObject(body['team']) ? [{ ...body['team'], type: 'team' }] : [], 'team', errors),
    ),
  ),
  message: change('Updated message', (said, body, errors) => ({ ...said, message: text(body, 'message', errors) })),
  description: change('Updated description', (said, body, errors) => ({
    ...said,
    description: text(body, 'description', errors).slice(0, opsgenieLimits.description),
  })),
  priority: change('Updated priority', (said, body, errors) => {
    const priority = priorityIn(body['priority'], errors);
    if (priority === null) errors['priority'] ??= 'priority can not be empty.';
    return { ...said, priority };
  }),
};

const tell = async (
  { ground, call, row, by }: Doing,
  tx: AlertTx,
  kind: string,
  more: Record<string, unknown> = {},
): Promise<void> => {
  const { id, name } = call.integration;
  await ground.ledger.append(tx, {
    kind,
    subject: `alert:${row.id}`,
    actor: { kind: 'system', id, name },
    data: { by, ...more },
  });
};

const inTransaction = <Value>({ ground }: Doing, work: (tx: AlertTx) => Promise<Value>): Promise<Value> =>
  ground.postgres.transaction<AlertTables, Value>(work);
