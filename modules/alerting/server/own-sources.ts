import type { SealedEvent } from '../../../platform/ledger/ledger.ts';
import { objectivesEvents } from '../../objectives/contract.ts';
import { probesEvents } from '../../probes/contract.ts';
import type { IncomingAlert } from '../domain/alert.ts';
import type { Condition } from '../domain/condition.ts';
import type { ObjectivesDoor } from '../../objectives/server/public.ts';

export interface SourcesGround {
  /** Address that people open, without a slash at the end. */
  baseUrl(): string;
  readonly objectives: Pick<ObjectivesDoor, 'ownerOfObjective'>;
}

/** What an event of Leadline's own says: what begins or ends, and the alert that it is. */
export interface Told {
  readonly condition: Condition;
  readonly begins: boolean;
  readonly source: 'budget' | 'heartbeat';
  readonly alert: Pick<IncomingAlert, 'labels' | 'annotations' | 'summary' | 'links'>;
  /** What is said of what goes on with low urgency when the high one is over. */
  readonly goesOn: string;
  /** The team that the thing itself names. */
  own(): Promise<string | null>;
}

/** Reads a burning budget, a silent heartbeat, or the end of one. */
export const toldBy = (ground: SourcesGround, event: SealedEvent): Told => {
  const name = event.subject.slice(event.subject.indexOf(':') + 1);
  return event.kind === 'budget.burning' || event.kind === 'budget.recovered'
    ? budget(ground, event, name)
    : heartbeat(ground, event, name);
};

const budget = ({ baseUrl, objectives }: SourcesGround, event: SealedEvent, name: string): Told => {
  const begins = event.kind === 'budget.burning';
  const data = objectivesEvents[begins ? 'budget.burning' : 'budget.recovered'].parse(event.data);
  const summary = begins
    ? `${name} burns its error budget ${rounded(data.longRate)} times too fast`
    : `${name} no longer burns its budget too fast`;
  return {
    condition: { group: `budget:${name}`, name: data.tier, urgency: data.urgency === 'page' ? 'high' : 'low' },
    begins,
    source: 'budget',
    alert: {
      // The name of the objective is part of it: two objectives of one service are two matters.
      labels: { alertname: `budget of ${name}`, objective: name },
      annotations: { summary, description: data.reason },
      summary,
      links: [{ label: 'objective', url: `${baseUrl()}/objectives/${encodeURIComponent(name)}` }],
    },
    goesOn: `${name} goes on burning its error budget, slower than before`,
    own: () => objectives.ownerOfObjective(name),
  };
};

const heartbeat = ({ baseUrl }: Pick<SourcesGround, 'baseUrl'>, event: SealedEvent, name: string): Told => {
  const begins = event.kind === 'heartbeat.missed';
  const data = probesEvents[begins ? 'heartbeat.missed' : 'heartbeat.recovered'].parse(event.data);
  const summary = begins ? `${name} fell silent` : `${name} is heard again: ${data.reason}`;
  return {
    condition: { group: `heartbeat:${name}`, name: '', urgency: 'high' },
    begins,
    source: 'heartbeat',
    alert: {
      labels: { alertname: `heartbeat of ${name}`, heartbeat: name },
      annotations: { summary, description: data.reason },
      summary,
      links: [{ label: 'heartbeat', url: `${baseUrl()}/heartbeats?q=${encodeURIComponent(name)}` }],
    },
    goesOn: summary,
    own: async () => data.team,
  };
};

const rounded = (rate: number): string => String(Math.round(rate * 10) / 10);
