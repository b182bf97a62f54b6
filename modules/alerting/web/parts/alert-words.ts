import { formatDuration } from '../../../../ui/format/quantity.ts';
import type { Status } from '../../../../ui/status.ts';
import type { Alert, DecisionMade } from '../../contract/alerts.ts';
import type { Severity } from '../../domain/alert.ts';

type Standing = Pick<Alert, 'status' | 'suppressed'>;

export const severityWord: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  error: 'Error',
  warning: 'Warning',
  info: 'Info',
};

/** How an alert stands, in one word. */
export const statusWord = ({ status, suppressed }: Standing): string => {
  if (status === 'resolved') return 'Resolved';
  if (suppressed !== null) return heldBackWord(suppressed);
  return status === 'acknowledged' ? 'Acknowledged' : 'Firing';
};

export const statusOf = ({ status, suppressed }: Standing): Status => {
  if (status === 'resolved') return 'good';
  if (suppressed !== null) return 'none';
  return status === 'acknowledged' ? 'warn' : 'bad';
};

type Suppressed = NonNullable<Alert['suppressed']>;

/** The first thing that holds it back, in one word. */
const heldBackWord = (suppressed: Suppressed): string => {
  if (suppressed.silencedBy.length > 0) return 'Silenced';
  if (suppressed.inhibitedBy.length > 0) return 'Inhibited';
  if (suppressed.parentDown.length > 0) return 'Parent down';
  if (suppressed.mutedBy.length > 0) return 'Muted';
  return suppressed.flapping ? 'Flapping' : 'Held back';
};

/** All that holds it back, as half sentences. */
export const heldBackBy = (suppressed: Suppressed): readonly string[] => [
  ...(suppressed.silencedBy.length > 0 ? [several(suppressed.silencedBy.length, 'a silence', 'silences')] : []),
  ...(suppressed.inhibitedBy.length > 0
    ? [several(suppressed.inhibitedBy.length, 'another alert that fires', 'other alerts that fire')]
    : []),
  ...(suppressed.parentDown.length > 0 ? [`${suppressed.parentDown.join(', ')}, which it stands on and is down`] : []),
  ...(suppressed.mutedBy.length > 0 ? [`the times ${suppressed.mutedBy.join(', ')} of its route`] : []),
  ...(suppressed.flapping ? ['flapping: it comes and goes too often'] : []),
];

const several = (count: number, one: string, many: string): string => (count === 1 ? one : `${count} ${many}`);

/** Who ended it; null where its sender said that it is over. */
export const endedBy = ({ source, resolvedBy }: Pick<Alert, 'source' | 'resolvedBy'>): string | null =>
  resolvedBy === source ? null : resolvedBy;

/** How long it lasts, or lasted; seconds only below a minute. */
export const lastedText = (alert: Pick<Alert, 'startsAt' | 'resolvedAt'>, nowMs: number): string => {
  const until = alert.resolvedAt === null ? nowMs : Date.parse(alert.resolvedAt);
  const ms = Math.max(1_000, until - Date.parse(alert.startsAt));
  const unit = ms < 60_000 ? 1_000 : 60_000;
  return formatDuration(Math.round(ms / unit) * unit);
};

interface DecisionLook {
  readonly word: string;
  readonly icon: string;
  /** Somebody was told, nobody was, or neither is asked. */
  readonly tone: 'told' | 'held' | 'plain' | 'bad';
}
export const decisionLook: Readonly<Record<DecisionMade['decision'], DecisionLook>> = {
  notified: { word: 'Told', icon: 'i-lucide-siren', tone: 'told' },
  joined: { word: 'Counted on the page', icon: 'i-lucide-list-plus', tone: 'told' },
  repeated: { word: 'Said again', icon: 'i-lucide-repeat', tone: 'told' },
  silenced: { word: 'Held back: silenced', icon: 'i-lucide-bell-off', tone: 'held' },
  inhibited: { word: 'Held back: inhibited', icon: 'i-lucide-shield', tone: 'held' },
  'parent-down': { word: 'Held back: its parent is down', icon: 'i-lucide-network', tone: 'held' },
  muted: { word: 'Held back: muted by time', icon: 'i-lucide-moon', tone: 'held' },
  flapping: { word: 'Held back: flapping', icon: 'i-lucide-activity', tone: 'held' },
  acknowledged: { word: 'Acknowledged', icon: 'i-lucide-check', tone: 'plain' },
  resolved: { word: 'Resolved', icon: 'i-lucide-check-check', tone: 'plain' },
  reopened: { word: 'Taken back', icon: 'i-lucide-rotate-ccw', tone: 'plain' },
  unrouted: { word: 'Nobody could be told', icon: 'i-lucide-user-x', tone: 'bad' },
};

/** Labels that say little of their own: they stand elsewhere in the row. */
const saidElsewhere = new Set(['alertname', 'severity', 'service']);

/** The labels that tell one alert from its neighbours, for a row. */
export const tellingLabels = (labels: Readonly<Record<string, string>>): readonly [string, string][] =>
  Object.entries(labels).filter(([name]) => !saidElsewhere.has(name));

/** What a group is called: its alert's name and service where it has them, else its labels. */
export const groupTitle = (labels: Readonly<Record<string, string>>): string => {
  const said = Object.entries(labels).filter(([, value]) => value !== '');
  const named = ['alertname', 'service'].flatMap((name) => labels[name] || []);
  if (named.length > 0) return named.join(', ');
  const [only, ...others] = said;
  if (only === undefined) return 'All alerts of the route';
  return only[0] === 'integration' && others.length === 0
    ? `Alerts of ${only[1]}`
    : said.map(([name, value]) => `${name}=${value}`).join(', ');
};

/** A reason as a sentence of its own: they are kept as half sentences, to stand behind others. */
export const asSentence = (reason: string): string =>
  `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}${reason.endsWith('.') ? '' : '.'}`;

/** `team:payments` as people say it. */
export const targetWord = (target: string): string => {
  const at = target.indexOf(':');
  if (at < 0) return target === 'owner' ? 'the owner' : target;
  const [kind, name] = [target.slice(0, at), target.slice(at + 1)];
  return kind === 'person' ? name : `${kind} ${name}`;
};
