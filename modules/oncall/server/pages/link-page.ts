import type { PageWhole } from '../../contract/pages.ts';
import { momentText } from '../../domain/moment-text.ts';
import type { LinkPurpose } from './links.ts';

/** What a link's page shows. */
export type LinkPageShown =
  | {
      readonly kind: 'ask';
      readonly purpose: LinkPurpose;
      readonly page: PageWhole;
      readonly person: string | null;
      /** What the button just did; null before it was pressed. */
      readonly said: 'done' | 'already' | null;
      /** What was just answered to whether it was useful. */
      readonly judged?: boolean;
    }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'expired'; readonly at: string }
  | { readonly kind: 'refused'; readonly title: string; readonly detail: string };

/** A page that needs no script, no sign-in and nothing from elsewhere: it opens on any phone at once. */
export const linkPage = (shown: LinkPageShown): string => {
  switch (shown.kind) {
    case 'ask':
      return whole(shown.page.summary, asking(shown));
    case 'unknown':
      return whole(
        'No such link',
        message(
          'This link is not one of ours',
          'It may have been cut by the program that showed it. Open the message again, or sign in.',
        ),
      );
    case 'expired':
      return whole(
        'The link has expired',
        message('The link has expired', `It acted until ${shown.at}. Sign in to see the page.`),
      );
    case 'refused':
      return whole(shown.title, message(shown.title, shown.detail));
  }
};

const verbs = { acknowledge: 'Acknowledge', resolve: 'Resolve' } as const;
const stateWords = { triggered: 'waits for an answer', acknowledged: 'acknowledged', resolved: 'resolved' } as const;

const asking = ({ purpose, page, person, said, judged }: Extract<LinkPageShown, { kind: 'ask' }>): string => {
  const open =
    purpose === 'acknowledge' ? page.state === 'triggered' : purpose === 'resolve' ? page.state !== 'resolved' : false;
  const button =
    purpose !== 'show' && open && said === null
      ? `<form method="post"><button type="submit">${verbs[purpose]}</button></form>
         <p class="quiet">${person === null ? 'By the link of the webhook' : `As ${text(person)}`}. Nothing has been done yet.</p>`
      : '';
  const lines: [string, string | null][] = [
    ['Since', momentText(page.raisedAt)],
    ['Urgency', page.urgency],
    ['Service', page.service],
    ['Team', page.team],
    ['Raised by', page.raisedBy],
    [
      'Acknowledged',
      page.acknowledgedBy === null ? null : `${page.acknowledgedBy}, ${momentText(page.acknowledgedAt!)}`,
    ],
    ['Resolved', page.resolvedBy === null ? null : `${page.resolvedBy}, ${momentText(page.resolvedAt!)}`],
  ];
  const facts = lines.flatMap(([label, value]) => (value === null ? [] : [`<dt>${label}</dt><dd>${text(value)}</dd>`]));
  const told = page.timeline
    .slice(-timelineShown)
    .map((entry) => `<li><time>${text(entry.at.slice(0, 19).replace('T', ' '))}</time> ${text(entry.text)}</li>`);
  return `<p class="state ${page.state}" role="status">${said === null ? '' : saidWords(said, purpose, page)}The page ${page.state === 'triggered' ? '' : 'is '}${stateWords[page.state]}.</p>
    <h1>${text(page.summary)}</h1>
    ${button}
    ${page.details === '' ? '' : `<pre>${text(page.details.slice(0, detailsShown))}</pre>`}
    <dl>${facts.join('')}</dl>
    ${usefulness(judged)}
    <h2>What happened</h2>
    <ol>${told.join('')}</ol>
    <p><a href="/pages/${page.id}">Open in Leadline</a> (needs sign-in)</p>`;
};

/** The question that every message leads to; what is answered shows which pages are noise. */
const usefulness = (judged: boolean | undefined): string =>
  judged === undefined
    ? `<form method="post" class="useful"><p>Was this page useful?</p>
        <button type="submit" name="useful" value="yes">Yes</button> <button type="submit" name="useful" value="no">No</button></form>`
    : `<p role="status">Noted: it was ${judged ? 'useful' : 'not useful'}. Thank you.</p>`;

const timelineShown = 30;
const detailsShown = 8_000;

const saidWords = (said: 'done' | 'already', purpose: LinkPurpose, page: PageWhole): string => {
  if (said === 'done') return 'Done. ';
  const who = purpose === 'resolve' ? page.resolvedBy : page.acknowledgedBy;
  return `This was done already${who === null ? '' : `, by ${text(who)}`}; nothing was done twice. `;
};

const message = (title: string, detail: string): string => `<h1>${text(title)}</h1><p>${text(detail)}</p>`;

const text = (raw: string): string => raw.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const style = `
  :root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif; }
  body { max-width: 40rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
  h1 { font-size: 1.35rem; line-height: 1.3; } h2 { font-size: 1rem; }
  button { width: 100%; min-height: 4rem; font: inherit; font-weight: 700; font-size: 1.25rem; border: 0; border-radius: .75rem;
    background: #0b5cad; color: #fff; } button:focus-visible { outline: 3px solid currentColor; outline-offset: 3px; }
  .useful { display: flex; align-items: center; gap: .5rem; flex-wrap: wrap; } .useful button { width: auto; min-width: 4rem;
    min-height: 2.75rem; font-size: 1rem; background: none; color: inherit; border: 1px solid currentColor; }
  .state { font-weight: 600; } .quiet { opacity: .8; } pre { white-space: pre-wrap; font-size: .85rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; } dt { opacity: .8; } dd { margin: 0; }
  ol { padding-left: 1.2rem; font-size: .9rem; } time { opacity: .8; }`;

const whole = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)} · Leadline</title><style>${style}</style></head><body><main>${body}</main></body></html>`;
