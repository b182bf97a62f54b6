import { durationOf, secondsOf } from '../../../../kernel/time-span.ts';
import type { ContactChannel, ContactMethod, PersonContact } from '../../contract/people.ts';

/** What a channel asks for, and how it looks. */
export const channelItems: readonly {
  readonly value: ContactChannel;
  readonly label: string;
  readonly address: string;
  readonly placeholder: string;
}[] = [
  { value: 'email', label: 'E-mail', address: 'E-mail address', placeholder: 'ada@example.org' },
  { value: 'sms', label: 'SMS', address: 'Phone number with country', placeholder: '+49 151 23456789' },
  { value: 'voice', label: 'Phone call', address: 'Phone number with country', placeholder: '+49 151 23456789' },
  {
    value: 'ntfy',
    label: 'ntfy',
    address: 'Address of the topic',
    placeholder: 'https://ntfy.sh/a-topic-nobody-guesses',
  },
  { value: 'slack', label: 'Slack', address: 'Member or channel', placeholder: 'U012AB3CD' },
  { value: 'teams', label: 'Microsoft Teams', address: 'Address of the workflow', placeholder: 'https://…' },
  { value: 'webhook', label: 'Webhook', address: 'Address', placeholder: 'https://example.org/pages' },
];

/** The endpoint of a push subscription; null for what is none. */
export const endpointOf = (address: string | null): string | null => {
  if (address === null) return null;
  try {
    const { endpoint } = JSON.parse(address) as { endpoint?: unknown };
    return typeof endpoint === 'string' ? endpoint : null;
  } catch {
    return null;
  }
};

/** The address as a person reads it: a push subscription is a device. */
export const addressText = ({ channel, address }: Pick<ContactMethod, 'channel' | 'address'>): string => {
  if (address === null) return 'hidden';
  if (channel !== 'web-push') return address;
  const endpoint = endpointOf(address);
  return endpoint === null ? 'a device' : `a device at ${new URL(endpoint).host}`;
};

/** A name for files and rules made of words, that is not taken: `Firefox on Linux` becomes `firefox-on-linux`. */
export const freeName = (words: string, taken: readonly string[]): string => {
  const base =
    words
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
      .slice(0, 50)
      .replace(/-$/, '') || 'device';
  for (let count = 1; ; count++) {
    const name = count === 1 ? base : `${base}-${count}`;
    if (!taken.includes(name)) return name;
  }
};

/** One line of the rules as a form has it. */
export interface RuleRow {
  readonly minutes: number;
  readonly method: string;
  readonly urgency: 'both' | 'high' | 'low';
}

/** The person's rules as rows; without any, the ones in force stand there to begin from. */
export const rowsOf = ({ said, rules }: Pick<PersonContact, 'said' | 'rules'>): readonly RuleRow[] => {
  const own = said.rules ?? [];
  if (own.length === 0)
    return rules.high.map(({ after, contactMethod }) => ({
      minutes: minutesOf(after),
      method: contactMethod,
      urgency: 'both',
    }));
  return own.map(({ after, contactMethod, urgency }) => ({
    minutes: minutesOf(after),
    method: contactMethod,
    urgency: urgency ?? 'both',
  }));
};

const minutesOf = (after: string): number => (secondsOf(after) ?? 0) / 60;

/** Rows as the API takes them, first what comes first. */
export const rulesOfRows = (
  rows: readonly RuleRow[],
): { after: string; contactMethod: string; urgency?: 'high' | 'low' }[] =>
  rows
    .toSorted((a, b) => a.minutes - b.minutes)
    .map(({ minutes, method, urgency }) => ({
      after: durationOf(Math.round(minutes * 60)),
      contactMethod: method,
      ...(urgency === 'both' ? {} : { urgency }),
    }));

/** `at once`, `after 5 min`. */
export const afterText = (after: string): string => {
  const seconds = secondsOf(after) ?? 0;
  if (seconds === 0) return 'at once';
  return seconds % 60 === 0 ? `after ${seconds / 60} min` : `after ${seconds} s`;
};

/** Rules that are left when some contact methods go, and how many go with them. */
export const rulesWithout = <Rule extends { readonly contactMethod: string }>(
  rules: readonly Rule[],
  methods: readonly string[],
): { readonly left: Rule[]; readonly used: number } => {
  const left = rules.filter((rule) => !methods.includes(rule.contactMethod));
  return { left, used: rules.length - left.length };
};
