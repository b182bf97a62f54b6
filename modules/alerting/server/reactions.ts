import type { SealedEvent } from '../../../platform/ledger/ledger.ts';
import type { ObjectivesDoor } from '../../objectives/server/public.ts';
import type { OncallDoor } from '../../oncall/server/public.ts';
import { builtInIntegration, type IncomingAlert } from '../domain/alert.ts';
import { began, ended, type Action, type ConditionDecision } from '../domain/condition.ts';
import type { AlertingGround } from './ground.ts';
import { acceptWithin } from './intake/accept.ts';
import type { AlertTx } from './intake/tables.ts';
import { toldBy, type Told } from './own-sources.ts';
import * as store from './store.ts';
import type { AlertingTables, DecisionRow } from './tables.ts';

/** What the reactions stand on. */
export interface ReactionsGround extends Pick<AlertingGround, 'postgres' | 'baseUrl'> {
  readonly objectives: Pick<ObjectivesDoor, 'ownerOfObjective'>;
  readonly oncall: Pick<OncallDoor, 'resolveByKey'>;
}

export const reactedKinds = ['budget.burning', 'budget.recovered', 'heartbeat.missed', 'heartbeat.recovered'] as const;

/**
 * Makes one event an alert of a built-in integration, or ends it, in one transaction with the event's place: told again it does
 * nothing. Who is told, and why, is the alert's matter from there on.
 */
export const react = async (ground: ReactionsGround, event: SealedEvent): Promise<void> => {
  const told = toldBy(ground, event);
  await ground.postgres.transaction<AlertingTables, void>(async (tx) => {
    const { isNew, raises } = await store.takePlace(tx, event);
    if (!isNew) return;
    const holding = await store.holdingOf(tx, told.condition.group);
    const decision = (told.begins ? began : ended)(told.condition, holding);
    if (told.begins) await store.hold(tx, told.condition, event.at);
    else await store.letGo(tx, told.condition);
    for (const row of await carriedOut(ground, tx, { told, event, decision, raises }))
      await store.keepDecision(tx, row);
  });
};

interface Carrying {
  readonly told: Told;
  readonly event: SealedEvent;
  readonly decision: ConditionDecision;
  readonly raises: boolean;
}

const carriedOut = async (
  ground: ReactionsGround,
  tx: store.Tx,
  { told, event, decision, raises }: Carrying,
): Promise<DecisionRow[]> => {
  const rows: DecisionRow[] = [];
  const keep = (row: Partial<DecisionRow> & Pick<DecisionRow, 'did' | 'reason'>): void => {
    rows.push({
      place: event.place.toString(),
      step: rows.length,
      at: new Date(event.at.epochMilliseconds),
      kind: event.kind,
      subject: event.subject,
      key: null,
      urgency: null,
      target: null,
      page: null,
      alert: null,
      ...row,
    });
  };
  if (decision.nothing !== null) keep({ did: 'nothing', reason: nothingWords[decision.nothing] });
  for (const action of decision.actions) {
    if (action.do === 'resolve') keep(await end(ground, tx, { told, action }));
    else if (raises) keep(await begin(tx, { told, event, action }));
    else keep({ did: 'nothing', key: action.key, reason: 'It began before this module first started.' });
  }
  return rows;
};

const nothingWords: Record<NonNullable<ConditionDecision['nothing']>, string> = {
  'someone-is-paged-for-it': 'It fires with high urgency already; this waits until that is over.',
  'others-go-on': 'Another condition of the same alert still holds.',
  'was-not-known': 'Nothing was known to hold.',
};

type Done = Partial<DecisionRow> & Pick<DecisionRow, 'did' | 'reason'>;

const begin = async (
  tx: store.Tx,
  { told, event, action }: { told: Told; event: SealedEvent; action: Action & { do: 'raise' } },
): Promise<Done> => {
  const summary = told.begins ? told.alert.summary : told.goesOn;
  const alert: IncomingAlert = {
    ...told.alert,
    summary,
    annotations: { ...told.alert.annotations, summary },
    dedupKey: action.key,
    action: 'trigger',
    labels: { ...told.alert.labels, urgency: action.urgency },
    severity: action.urgency === 'high' ? 'critical' : 'warning',
    service: event.service ?? null,
    startsAt: event.at,
    endsAt: null,
    team: await told.own(),
  };
  const [taken] = await acceptWithin(tx as unknown as AlertTx, builtInIntegration(told.source), [alert]);
  const { alertId, outcome } = taken!;
  return {
    did: outcome === 'new' ? 'raised' : 'counted',
    key: action.key,
    urgency: action.urgency,
    alert: alertId,
    reason: outcome === 'new' ? 'It is a new alert.' : 'The alert of its key fires already.',
  };
};

const end = async (
  { oncall }: ReactionsGround,
  tx: store.Tx,
  { told, action }: { told: Told; action: Action & { do: 'resolve' } },
): Promise<Done> => {
  const { summary } = told.alert;
  const over: IncomingAlert = { ...told.alert, dedupKey: action.key, action: 'resolve', ...nobody, by: told.source };
  const [taken] = await acceptWithin(tx as unknown as AlertTx, builtInIntegration(told.source), [over]);
  // A page that an older version raised knows this key alone.
  const pages = await oncall.resolveByKey(tx, { dedupKey: action.key, source: told.source, note: summary });
  return { did: 'resolved', key: action.key, alert: taken!.alertId, page: pages[0] ?? null, reason: summary };
};

const nobody = { severity: 'info', service: null, startsAt: null, endsAt: null } as const;
