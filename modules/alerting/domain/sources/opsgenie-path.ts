/** What a request of Opsgenie's alert API asks for. */
export type OpsgenieAsk =
  | { readonly do: 'create' | 'list' | 'count' }
  | { readonly do: 'request'; readonly id: string }
  | { readonly do: 'search'; readonly search: string | null }
  | { readonly do: 'custom-action'; readonly identifier: string; readonly action: string }
  /** Of no meaning here: what to do instead is said. */
  | { readonly do: 'instead'; readonly instead: string }
  | { readonly do: 'get' | 'delete' | OpsgenieAction; readonly identifier: string }
  | { readonly do: 'unknown' };

export type OpsgenieAction =
  | (typeof actionsByPost)[number]
  | (typeof actionsByPut)[number]
  | RemovingAction
  | ReadingAction;
type RemovingAction = 'remove-tags' | 'remove-details';
type ReadingAction = 'list-notes' | 'list-logs';

const actionsByPost = [
  'close',
  'acknowledge',
  'unacknowledge',
  'snooze',
  'notes',
  'tags',
  'details',
  'responders',
  'teams',
  'assign',
  'escalate',
] as const;
const actionsByPut = ['message', 'description', 'priority'] as const;

/** Below `/v2/alerts`; a slash at the end is of no meaning, an identifier may hold slashes of its own. */
export const opsgenieAsk = (method: string, path: string): OpsgenieAsk => {
  const parts = segmentsOf(path, '/v2/alerts');
  if (parts === null) return { do: 'unknown' };
  const [first, ...rest] = parts;
  if (first === undefined) return ofList(method);
  if (method === 'GET' && rest.length === 0 && first === 'count') return { do: 'count' };
  if (method === 'GET' && rest.length === 1 && first === 'requests') return { do: 'request', id: rest[0]! };
  if (first === 'saved-searches') return { do: 'search', search: rest.length === 0 ? null : rest.join('/') };
  return ofAlert(method, parts);
};

const ofList = (method: string): OpsgenieAsk =>
  method === 'POST' ? { do: 'create' } : method === 'GET' ? { do: 'list' } : { do: 'unknown' };

const attachments = 'Attachments are not kept here: put a link to it into a detail of the alert or into a note.';
const recipients =
  'Who was told, when and how stands at the page of the alert: GET /api/v1/alerts/{id} names its pages.';

const ofAlert = (method: string, parts: readonly string[]): OpsgenieAsk => {
  const last = parts.at(-1)!;
  if (parts.length > 2 && parts.at(-2) === 'actions' && method === 'POST')
    return { do: 'custom-action', identifier: parts.slice(0, -2).join('/'), action: last };
  if (parts.length > 1 && last === 'recipients' && method === 'GET') return { do: 'instead', instead: recipients };
  if (parts.length > 1 && (last === 'attachments' || (parts.length > 2 && parts.at(-2) === 'attachments')))
    return { do: 'instead', instead: attachments };
  const identifier = parts.slice(0, -1).join('/');
  const action = identifier === '' ? null : actionOf(method, last);
  if (action !== null) return { do: action, identifier };
  if (method === 'GET') return { do: 'get', identifier: parts.join('/') };
  if (method === 'DELETE') return { do: 'delete', identifier: parts.join('/') };
  return { do: 'unknown' };
};

const actionOf = (method: string, word: string): OpsgenieAction | null => {
  if (method === 'POST') return actionsByPost.find((each) => each === word) ?? null;
  if (method === 'PUT' || method === 'PATCH') return actionsByPut.find((each) => each === word) ?? null;
  if (method === 'DELETE' && (word === 'tags' || word === 'details')) return `remove-${word}`;
  if (method === 'GET' && (word === 'notes' || word === 'logs')) return `list-${word}`;
  return null;
};

/** Parts of a path below `base`, decoded; null for what cannot be decoded. */
export const segmentsOf = (path: string, base: string): readonly string[] | null => {
  try {
    return path
      .slice(base.length)
      .split('/')
      .filter((part) => part !== '')
      .map((part) => decodeURIComponent(part));
  } catch {
    return null;
  }
};
