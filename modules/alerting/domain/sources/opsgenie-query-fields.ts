import { instantOf } from './instants.ts';

/** One condition of a search. `contains` and `starts` look at no case; a value of null means that nothing is said. */
export type OpsgenieCondition =
  | { readonly field: TextField; readonly is: 'equal' | 'contains' | 'starts'; readonly value: string | null }
  | { readonly field: 'status'; readonly value: 'open' | 'closed' }
  | { readonly field: FlagField; readonly value: boolean }
  | { readonly field: 'count'; readonly is: Ordered; readonly value: number }
  | { readonly field: TimeField; readonly is: Ordered; readonly value: Temporal.Instant }
  | { readonly field: 'detail'; readonly name: string; readonly is: 'equal' | 'starts'; readonly value: string };

export type Ordered = '=' | '<' | '>' | '<=' | '>=';

const textFields = {
  alertid: 'id',
  id: 'id',
  tinyid: 'tinyId',
  alias: 'alias',
  message: 'message',
  description: 'description',
  entity: 'entity',
  source: 'source',
  owner: 'owner',
  acknowledgedby: 'acknowledgedBy',
  closedby: 'closedBy',
  priority: 'priority',
  tag: 'tag',
  tags: 'tag',
  actions: 'action',
  teams: 'team',
  team: 'team',
  responders: 'responder',
  'details.key': 'detailKey',
  'details.value': 'detailValue',
  'integration.name': 'integration',
} as const;
export type TextField = (typeof textFields)[keyof typeof textFields] | 'any';

const flagFields = { acknowledged: 'acknowledged', isseen: 'acknowledged', snoozed: 'snoozed' } as const;
export type FlagField = (typeof flagFields)[keyof typeof flagFields];

const timeFields = {
  createdat: 'createdAt',
  updatedat: 'updatedAt',
  lastoccurredat: 'lastOccurredAt',
  snoozeduntil: 'snoozedUntil',
} as const;
export type TimeField = (typeof timeFields)[keyof typeof timeFields];

/** Where `:` means "has in it", as a search for words does; everywhere else it means "is". */
const searched: ReadonlySet<string> = new Set(['message', 'description', 'any']);

interface Said {
  readonly field: string | null;
  readonly compared: ':' | Ordered;
  readonly value: string;
  readonly isQuoted: boolean;
}

/** The condition that is meant, or what is wrong with it. */
export const conditionOf = (said: Said): OpsgenieCondition | string => {
  const { field, compared, value } = said;
  if (field === null) return textOf('any', said);
  const name = field.toLowerCase();
  const is: Ordered = compared === ':' ? '=' : compared;
  if (name in timeFields) {
    const at = timeOf(value);
    return at === null
      ? `${field} is compared with a time, not with ${value}`
      : { field: timeFields[name as keyof typeof timeFields], is, value: at };
  }
  if (name === 'count') {
    const isCount = /^\d{1,9}$/u.test(value);
    return isCount
      ? { field: 'count', is, value: Number(value) }
      : `count is compared with a number, not with ${value}`;
  }
  if (is !== '=') return `${field} is not compared by ${compared}`;
  if (name === 'status')
    return value === 'open' || value === 'closed'
      ? { field: 'status', value }
      : `status is open or closed, not ${value}`;
  if (name in flagFields)
    return value === 'true' || value === 'false'
      ? { field: flagFields[name as keyof typeof flagFields], value: value === 'true' }
      : `${field} is true or false, not ${value}`;
  if (name in textFields) return textOf(textFields[name as keyof typeof textFields], said);
  if (name.startsWith('details.')) {
    const { text, isStart } = startOf(said);
    return { field: 'detail', name: field.slice('details.'.length), is: isStart ? 'starts' : 'equal', value: text };
  }
  return `alerts cannot be searched by ${field} here`;
};

const textOf = (field: TextField, said: Said): OpsgenieCondition => {
  if (said.value === 'null' && !said.isQuoted) return { field, is: 'equal', value: null };
  const { text, isStart } = startOf(said);
  const isSearched = searched.has(field) && said.compared === ':';
  const value = field === 'priority' ? text.toUpperCase() : text;
  return { field, is: isStart && !isSearched ? 'starts' : isSearched ? 'contains' : 'equal', value };
};

/** `disk*` begins so. */
const startOf = ({ value, isQuoted }: Said): { readonly text: string; readonly isStart: boolean } =>
  !isQuoted && value.length > 1 && value.endsWith('*')
    ? { text: value.slice(0, -1), isStart: true }
    : { text: value, isStart: false };

/** Milliseconds since 1970, `14-02-2017`, `14-02-2017T10:00:00`, or as everywhere. */
const timeOf = (value: string): Temporal.Instant | null => {
  const [, day, month, year, time = '00:00:00'] =
    /^(\d\d)-(\d\d)-(\d{4})(?:T(\d\d:\d\d(?::\d\d)?))?$/u.exec(value) ?? [];
  if (day === undefined) return instantOf(value);
  try {
    return Temporal.Instant.from(`${year}-${month}-${day}T${time}Z`);
  } catch {
    return null;
  }
};
