import { Refusal } from '../../../kernel/problem.ts';
import type { SealedEvent } from '../../../platform/ledger/ledger.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../catalog/server/public.ts';
import { objectivesEvents } from '../../objectives/contract.ts';
import type { ObjectivesDoor } from '../../objectives/server/public.ts';
import type { OncallDoor, PageAsked } from '../../oncall/server/public.ts';
import { probesEvents } from '../../probes/contract.ts';
import { began, ended, type Action, type Condition, type ConditionDecision } from '../domain/condition.ts';
import { targetsOf, type Target } from '../domain/targets.ts';
import * as store from './store.ts';
import type { AlertingTables, DecisionRow } from './tables.ts';

/** What the reactions stand on. */
export interface ReactionsGround extends Pick<Ground, 'postgres' | 'config' | 'log' | 'ledger'> {
  /** Address that people open, without a slash at the end. */
  baseUrl(): string;
  readonly catalog: Pick<CatalogDoor, 'ownerOf'>;
  readonly objectives: Pick<ObjectivesDoor, 'ownerOfObjective'>;
  readonly oncall: OncallDoor;
}

export const reactedKinds = ['budget.burning', 'budget.recovered', 'heartbeat.missed', 'heartbeat.recovered'] as const;

/** What an event says: what begins or ends, and the words of a page about it. */
interface Alert {
  readonly condition: Condition;
  readonly begins: boolean;
  readonly source: 'budget' | 'heartbeat';
  readonly name: string;
  readonly summary: string;
  readonly details: string;
  readonly link: string;
  /** The team that the thing itself names. */
  own(): Promise<string | null>;
}

/** Decides what becomes of one event and does it, in one transaction with the event's place: told again it does nothing. */
export const react = async (alerting: ReactionsGround, event: SealedEvent): Promise<void> => {
  const alert = alertOf(alerting, event);
  await alerting.postgres.transaction<AlertingTables, void>(async (tx) => {
    const { isNew, raises } = await store.takePlace(tx, event);
    if (!isNew) return;
    const holding = await store.holdingOf(tx, alert.condition.group);
    const decision = (alert.begins ? began : ended)(alert.condition, holding);
    if (alert.begins) await store.hold(tx, alert.condition, event.at);
    else await store.letGo(tx, alert.condition);
    for (const row of await carriedOut(alerting, tx, { alert, event, decision, raises }))
      await store.keepDecision(tx, row);
  });
};

const carriedOut = async (
  alerting: ReactionsGround,
  tx: store.Tx,
  {
    alert,
    event,
    decision,
    raises,
  }: { alert: Alert; event: SealedEvent; decision: ConditionDecision; raises: boolean },
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
      ...row,
    });
  };
  if (decision.nothing !== null) keep({ did: 'nothing', reason: nothingWords[decision.nothing] });
  for (const action of decision.actions) {
    if (action.do === 'resolve') {
      const pages = await alerting.oncall.resolveByKey(tx, {
        dedupKey: action.key,
        source: alert.source,
        note: alert.summary,
      });
      await store.forgetUnpaged(tx, action.key);
      keep({ did: 'resolved', key: action.key, page: pages[0] ?? null, reason: alert.summary });
    } else if (raises) keep(await raise(alerting, tx, { alert, event, action }));
    else keep({ did: 'nothing', key: action.key, reason: 'It began before this module first started.' });
  }
  return rows;
};

const nothingWords: Record<NonNullable<ConditionDecision['nothing']>, string> = {
  'someone-is-paged-for-it': 'Somebody is paged for it with high urgency already; this waits until that is over.',
  'others-go-on': 'Another condition of the same page still holds.',
  'was-not-known': 'Nothing was known to hold.',
};

type Raised = Pick<DecisionRow, 'did' | 'reason' | 'key' | 'urgency' | 'target' | 'page'>;

/**
 * Raises the page at the first target that can be paged: the owner, else the next. Where not even an administrator can be, that is
 * told and kept to be tried again: what comes behind it on the ledger may have an owner and does not wait for this.
 */
export const raise = async (
  alerting: ReactionsGround,
  tx: store.Tx,
  { alert, event, action }: { alert: Alert; event: SealedEvent; action: Action & { do: 'raise' } },
): Promise<Raised> => {
  const tried: string[] = [];
  for (const target of await targets(alerting, tx, { alert, event })) {
    const why = `Goes to ${target.name}: ${target.reason}.`;
    const reason = [...tried, why].join(' ');
    try {
      const page = await alerting.oncall.raisePage(tx, asked(alert, event, action, target, reason));
      return {
        did: page.made ? 'raised' : 'counted',
        key: action.key,
        urgency: action.urgency,
        target: `${target.kind}:${target.name}`,
        page: page.id,
        reason,
      };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      tried.push(`${target.name} could not be paged (${error.problem.title}).`);
    }
  }
  const reason = `Nobody can be paged: ${tried.join(' ') || 'there is neither a team nor an administrator.'}`;
  const { key, urgency } = action;
  if (await store.keepUnpaged(tx, { key, urgency, event }))
    await tellUnpaged(alerting, tx, { alert, event, action, reason });
  return { did: 'unpaged', key, urgency, target: null, page: null, reason };
};

/** On the ledger and in the log, once; the metric says it for as long as it is so. */
const tellUnpaged = async (
  { ledger, log }: ReactionsGround,
  tx: store.Tx,
  given: {
    readonly alert: Alert;
    readonly event: SealedEvent;
    readonly action: Action & { do: 'raise' };
    readonly reason: string;
  },
): Promise<void> => {
  const { alert, event, reason } = given;
  const { key, urgency } = given.action;
  log.error({ subject: event.subject, kind: event.kind, key, reason }, 'nobody can be paged for this alert');
  await ledger.append(tx, {
    kind: 'alert.unpaged',
    subject: event.subject,
    service: event.service ?? null,
    actor: { kind: 'system', id: 'alerting', name: 'Alerting' },
    data: { kind: event.kind, key, urgency, summary: alert.summary, reason },
  });
};

const asked = (
  alert: Alert,
  event: SealedEvent,
  action: Action & { do: 'raise' },
  target: Target,
  reason: string,
): PageAsked => ({
  summary: alert.summary,
  details: `${alert.details}\n\n${reason}`,
  urgency: action.urgency,
  ...(target.kind === 'team' ? { team: target.name } : { person: target.name }),
  dedupKey: action.key,
  service: event.service ?? null,
  link: alert.link,
  source: alert.source,
  by: 'alerting',
});

const targets = async (
  { catalog, config }: ReactionsGround,
  tx: store.Tx,
  { alert, event }: { readonly alert: Alert; readonly event: SealedEvent },
): Promise<readonly Target[]> => {
  const service = event.service ?? null;
  const { team, admins } = await store.adminsAndTheirTeam(tx);
  return targetsOf({
    what: alert.name,
    service,
    own: await alert.own(),
    ofService: service === null ? null : await catalog.ownerOf(service),
    fallbackTeam: config.values.fallbackTeam ?? null,
    adminsTeam: team,
    admins,
  });
};

/** What one event is about, in words for a page. */
export const alertOf = (alerting: ReactionsGround, event: SealedEvent): Alert => {
  const name = event.subject.slice(event.subject.indexOf(':') + 1);
  if (event.kind === 'budget.burning' || event.kind === 'budget.recovered') {
    const begins = event.kind === 'budget.burning';
    const data = objectivesEvents[event.kind].parse(event.data);
    return {
      condition: { group: `budget:${name}`, name: data.tier, urgency: data.urgency === 'page' ? 'high' : 'low' },
      begins,
      source: 'budget',
      name: `the objective ${name}`,
      summary: begins
        ? `${name} burns its error budget ${rounded(data.longRate)} times too fast`
        : `${name} no longer burns its budget too fast`,
      details: data.reason,
      link: `${alerting.baseUrl()}/objectives/${encodeURIComponent(name)}`,
      own: () => alerting.objectives.ownerOfObjective(name),
    };
  }
  const begins = event.kind === 'heartbeat.missed';
  const data = probesEvents[begins ? 'heartbeat.missed' : 'heartbeat.recovered'].parse(event.data);
  return {
    condition: { group: `heartbeat:${name}`, name: '', urgency: 'high' },
    begins,
    source: 'heartbeat',
    name: `the heartbeat ${name}`,
    summary: begins ? `${name} fell silent` : `${name} is heard again: ${data.reason}`,
    details: data.reason,
    link: `${alerting.baseUrl()}/heartbeats?q=${encodeURIComponent(name)}`,
    own: async () => data.team,
  };
};

const rounded = (rate: number): string => String(Math.round(rate * 10) / 10);
