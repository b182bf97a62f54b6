import type { Page, PageWhole } from '../../contract/pages.ts';
import type { Status } from '../../../../ui/status.ts';

type Attempt = Page['steps'][number]['attempts'][number];

export const statusOfPage: Readonly<Record<Page['state'], Status>> = {
  triggered: 'bad',
  acknowledged: 'warn',
  resolved: 'good',
};

/** How a page stands, in one word. */
export const wordOfPage = ({
  state,
  snoozedUntil,
  unansweredAt,
}: Pick<Page, 'state' | 'snoozedUntil' | 'unansweredAt'>): string => {
  if (state === 'resolved') return 'Resolved';
  if (snoozedUntil !== null) return 'Snoozed';
  if (state === 'acknowledged') return 'Acknowledged';
  return unansweredAt === null ? 'Open' : 'Nobody answered';
};

export const channelIcon: Readonly<Record<string, string>> = {
  email: 'i-lucide-mail',
  webhook: 'i-lucide-webhook',
  'web-push': 'i-lucide-bell',
  slack: 'i-lucide-message-square',
  teams: 'i-lucide-users',
  ntfy: 'i-lucide-megaphone',
  sms: 'i-lucide-message-circle',
  voice: 'i-lucide-phone',
};

export const channelWord: Readonly<Record<string, string>> = {
  email: 'e-mail',
  webhook: 'webhook',
  'web-push': 'push',
  slack: 'Slack',
  teams: 'Teams',
  ntfy: 'ntfy',
  sms: 'SMS',
  voice: 'call',
};

export const timelineIcon: Readonly<Record<string, string>> = {
  raised: 'i-lucide-siren',
  'raised-again': 'i-lucide-repeat',
  acknowledged: 'i-lucide-check',
  resolved: 'i-lucide-check-check',
  snoozed: 'i-lucide-alarm-clock',
  reassigned: 'i-lucide-arrow-right-left',
  'responders-added': 'i-lucide-user-plus',
  note: 'i-lucide-message-square-text',
  useful: 'i-lucide-thumbs-up',
  'not-useful': 'i-lucide-thumbs-down',
  unanswered: 'i-lucide-user-x',
  step: 'i-lucide-arrow-up-right',
  'responders-told': 'i-lucide-user-plus',
  attempt: 'i-lucide-send',
  'not-reached': 'i-lucide-triangle-alert',
  'became-urgent': 'i-lucide-chevrons-up',
};

/** What an attempt came to, in words, and whether it is well. */
export const attemptWords = ({ result, status, detail, receiptAt }: Attempt): { text: string; status: Status } => {
  const why = detail ?? (status === null ? null : `answered ${status}`);
  const because = why === null || why === '' ? '' : `: ${why}`;
  switch (result) {
    case 'delivered':
      return { text: 'arrived', status: 'good' };
    case 'accepted':
      return receiptAt === null ? { text: 'handed over', status: 'good' } : { text: 'arrived', status: 'good' };
    case 'timeout':
      return { text: `no answer in time${because}`, status: 'warn' };
    case 'failed':
      return { text: `failed${because}`, status: 'bad' };
    case 'refused':
      return { text: `refused${because}`, status: 'bad' };
    case 'superseded':
      return { text: 'not sent: another process had it', status: 'none' };
  }
};

export interface ToldPerson {
  /** Null: a webhook of the policy. */
  readonly person: string | null;
  readonly why: string;
  readonly messages: readonly Page['steps'][number][];
}

/** Everybody who was or will be told, first who was told first, each with their messages by time. */
export const toldOf = ({ steps }: Pick<Page, 'steps'>): readonly ToldPerson[] => {
  const sorted = steps.toSorted((a, b) => a.owedAt.localeCompare(b.owedAt));
  return [...Map.groupBy(sorted, (step) => step.person)].map(([person, messages]) => ({
    person,
    why: messages.at(-1)!.why,
    messages,
  }));
};

/** What became of one message, in words. */
export const messageWords = (
  { state, owedAt, attempts }: Page['steps'][number],
  nowMs: number,
): { text: string; status: Status } => {
  const last = attempts.at(-1);
  if (last) return attemptWords(last);
  if (state === 'cancelled') return { text: 'not needed any more', status: 'none' };
  if (Date.parse(owedAt) > nowMs) return { text: 'waits for its time', status: 'none' };
  return { text: 'on its way', status: 'warn' };
};

/** Which step of the frozen policy comes next, and whom it tells; null where nothing comes. */
export const nextInWords = ({ steps, plan, nextStepAt, state }: PageWhole): string | null => {
  if (nextStepAt === null || state !== 'triggered') return null;
  const last = steps
    .filter((step) => step.kind === 'page')
    .toSorted((a, b) => a.round - b.round || a.step - b.step)
    .at(-1);
  if (!last) return plan.steps.length === 1 ? 'the only step' : `step 1 of ${plan.steps.length}`;
  if (last.step < plan.steps.length) return `step ${last.step + 1} of ${plan.steps.length}`;
  return last.round <= plan.repeat ? `round ${last.round + 1} of ${plan.repeat + 1}` : 'what comes after the last step';
};

/** `for 4 min`, `for 2 h 10 min`: how long a page has stood, or stood until it was resolved. */
export const sinceText = (fromMs: number, toMs: number): string => {
  const minutes = Math.max(0, Math.floor((toMs - fromMs) / 60_000));
  if (minutes < 1) return '< 1 min';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
};
