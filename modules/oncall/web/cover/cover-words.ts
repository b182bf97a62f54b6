import type { CoverRequest } from '../../contract/cover-requests.ts';

/** A stretch in milliseconds since 1970, half-open. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Stretch {
  readonly from: string;
  readonly to: string;
}

/** How moments are written in a zone: `Mon 23 Nov, 09:00`. */
export const momentIn = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  });

export const stretchText = ({ from, to }: Stretch, zone: string): string => {
  const moment = momentIn(zone);
  return `${moment.format(new Date(from))} to ${moment.format(new Date(to))}`;
};

export const spanOf = ({ from, to }: Stretch): Span => ({ fromMs: Date.parse(from), toMs: Date.parse(to) });

export const stretchOfSpan = ({ fromMs, toMs }: Span): Stretch => ({
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
});

/** Hours of some stretches together, as people say them: `12 h`, `1 h 30 min`, `2 d 4 h`. */
export const lengthText = (stretches: readonly Stretch[]): string => {
  const minutes = Math.round(
    stretches.reduce((sum, { from, to }) => sum + Math.max(0, Date.parse(to) - Date.parse(from)), 0) / 60_000,
  );
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor((minutes % 1_440) / 60), minutes % 60];
  const parts = [days > 0 ? `${days} d` : '', hours > 0 ? `${hours} h` : '', rest > 0 ? `${rest} min` : ''];
  return parts.filter((part) => part !== '').join(' ') || '0 min';
};

export interface Looking {
  readonly me: string | null;
  /** People of the request's schedule. */
  readonly people: readonly string[];
  /** A responder somewhere: the server decides for each schedule. */
  readonly mayAnswer: boolean;
  /** An editor of the schedule's team. */
  readonly mayEdit: boolean;
}

/** What somebody may do with a request, as the server decides it. */
export const mayDo = (request: CoverRequest, { me, people, mayAnswer, mayEdit }: Looking) => {
  const isOpen = request.open.length > 0;
  const isMine = me !== null && request.person === me;
  const isAsked = me !== null && request.asked === me;
  const isFree = request.asked === null && me !== null && (people.includes(me) || mayAnswer);
  return {
    take: isOpen && !isMine && (isAsked || isFree),
    onBehalf: isOpen && mayEdit,
    withdraw: isOpen && (isMine || (mayEdit && !isAsked)),
    decline: isOpen && isAsked && !isMine,
  };
};

/** What is asked of me alone first, then what anybody may take, then mine, then what is settled; each by its beginning. */
export const inOrder = (requests: readonly CoverRequest[], me: string | null): readonly CoverRequest[] => {
  const rank = ({ person, asked, open }: CoverRequest): number => {
    if (open.length === 0) return 3;
    if (asked !== null && asked === me) return 0;
    return person === me ? 2 : 1;
  };
  return requests.toSorted((one, other) => rank(one) - rank(other) || one.from.localeCompare(other.from));
};
