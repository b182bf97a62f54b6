import { momentText } from '../../domain/moment-text.ts';
import type { OutgoingMessage } from '../../../delivery/server/public.ts';
import type { Urgency } from '../../domain/escalation/plan.ts';
import type { Links } from './links.ts';

/** What a message tells of its page. */
export interface PageTold {
  readonly id: string;
  readonly summary: string;
  readonly details: string;
  readonly urgency: Urgency;
  readonly team: string | null;
  readonly policy: string | null;
  readonly service: string | null;
  readonly link: string | null;
  readonly raisedAt: Date;
  readonly raisedBy: string;
  readonly dedupKey: string | null;
}

/** One owed notification, whoever wrote it. */
export interface Owed {
  readonly id: string;
  readonly kind: 'page' | 'unanswered' | 'resolved';
  readonly step: number;
  readonly round: number;
  readonly person: string | null;
  readonly channel: string;
  readonly address: string;
  readonly why: string;
  /** Where the person lives: moments are written so; absent for what is no person's. */
  readonly zone?: string | null;
}

/** A link that came with a message acts for this long; after it one signs in. */
const linkHours = 24;
/** A message that nobody could send for so long helps nobody any more. */
const messageHours = 24;
/** Details of a message; the whole stands on the page. */
const detailsCharsMax = 8_000;
const spokenCharsMax = 400;

/** The message of a notification: what, since when, why me, and the signed links. Delivery makes of it what each channel can show. */
export const messageOf = (
  { links, baseUrl, now }: { links: Links; baseUrl: string; now: Temporal.Instant },
  page: PageTold,
  owed: Owed,
): OutgoingMessage => {
  const expiresAt = now.add({ hours: linkHours });
  const url = (purpose: 'acknowledge' | 'resolve' | 'show'): string =>
    `${baseUrl}/page/${links.sign(purpose, owed.id, expiresAt)}`;
  const over = owed.kind === 'resolved';
  const subject = `${prefixes[owed.kind]}${page.summary}`.replaceAll(/\s+/g, ' ').slice(0, 300);
  const actions = [
    { id: 'acknowledge', label: 'Acknowledge', url: url('acknowledge') },
    { id: 'resolve', label: 'Resolve', url: url('resolve') },
  ];
  return {
    key: owed.id,
    channel: owed.channel as OutgoingMessage['channel'],
    address: owed.address,
    urgency: over ? 'low' : page.urgency,
    about: `page:${page.id}`,
    expiresAt: now.add({ hours: messageHours }),
    content: {
      subject,
      text: textOf(page, owed),
      lines: linesOf(page, owed.zone ?? 'UTC'),
      link: { label: 'Show the page', url: url('show') },
      ...(over ? {} : { actions, replyToken: links.replyToken(owed.id) }),
      spoken: `${spokenPrefixes[owed.kind]} ${page.summary}`.slice(0, spokenCharsMax),
      data: dataOf(page, owed),
      eventType: `dev.leadline.page.${owed.kind === 'page' ? 'notified' : owed.kind}`,
    },
  };
};

const prefixes: Record<Owed['kind'], string> = { page: '', unanswered: 'Nobody answered: ', resolved: 'Resolved: ' };
const spokenPrefixes: Record<Owed['kind'], string> = {
  page: 'Leadline pages you.',
  unanswered: 'Leadline: nobody answered this page.',
  resolved: 'Leadline: resolved.',
};

const textOf = (page: PageTold, owed: Owed): string => {
  const cut = page.details.length > detailsCharsMax;
  const details = cut ? `${page.details.slice(0, detailsCharsMax)}… (cut; the whole stands on the page)` : page.details;
  return [page.summary, details, `Why you: ${owed.why}.`].filter((part) => part !== '').join('\n\n');
};

const linesOf = (page: PageTold, zone: string): { label: string; value: string }[] =>
  [
    { label: 'Since', value: momentText(Temporal.Instant.fromEpochMilliseconds(page.raisedAt.getTime()), zone) },
    { label: 'Urgency', value: page.urgency },
    { label: 'Service', value: page.service },
    { label: 'Team', value: page.team },
    { label: 'Raised by', value: page.raisedBy },
    { label: 'More', value: page.link },
  ].filter((line): line is { label: string; value: string } => line.value !== null);

const dataOf = (page: PageTold, owed: Owed): Record<string, unknown> => ({
  page: {
    id: page.id,
    summary: page.summary,
    details: page.details.slice(0, detailsCharsMax),
    urgency: page.urgency,
    policy: page.policy,
    team: page.team,
    service: page.service,
    dedupKey: page.dedupKey,
    raisedAt: page.raisedAt.toISOString(),
    raisedBy: page.raisedBy,
  },
  person: owed.person,
  step: owed.step + 1,
  round: owed.round + 1,
  why: owed.why,
});
