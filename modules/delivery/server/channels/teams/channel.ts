import { z } from 'zod';
import type { Channel, ChannelGround, GuardedAnswer, SendResult } from '../channel.ts';
import { isTemporary, jsonOf, notTaken, quoted, retryAfterOf, taken } from '../http-answer.ts';
import { teamsMessage } from './card.ts';

/**
 * What Teams' older webhooks write into an answer of 200 (MicrosoftDocs/msteams-docs#1810, #7425): the message did not arrive.
 */
const errorInside = /(?:delivery failed with error|HttpRequestException|returned HTTP error (?<status>\d{3}))/i;

/** Microsoft Teams: a workflow's webhook that posts an Adaptive Card. Needs no configured provider: the address is the key. */
export const createTeams = ({ clock, fetch }: ChannelGround): Channel => ({
  kind: 'teams',
  channels: ['teams'],
  settings: z.strictObject({}),
  secrets: z.strictObject({}),
  builtIn: () => ({ settings: {}, secrets: {} }),
  receiptWithinSeconds: null,
  check: (address) =>
    /^https?:\/\//.test(address) && URL.canParse(address)
      ? null
      : 'Write the address that the workflow "When a Teams webhook request is received" shows.',
  hostOf: (address) => (URL.canParse(address) ? new URL(address).host : null),
  send: async ({ message, signal }) => {
    const answer = await fetch(message.address, {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/json; charset=utf-8', 'idempotency-key': message.key },
      body: teamsMessage(message),
    });
    return judge(answer, clock.now());
  },
});

const judge = (answer: GuardedAnswer, now: Temporal.Instant): SendResult => {
  const { status, text } = answer;
  const inside = status < 300 ? errorInside.exec(text) : null;
  if (status >= 200 && status < 300 && !inside) return taken(status, answer.headers['x-ms-workflow-run-id'] ?? null);
  // A workflow is behind a gateway whose 4xx say what is wrong with the address; 404 and 410: the workflow was removed.
  const told = inside ? Number(/returned HTTP error (\d{3})/i.exec(text)?.[1] ?? 500) : status;
  return notTaken({
    temporary: isTemporary(told),
    status,
    detail: `Teams answered ${status}: ${quoted(sentenceIn(answer))}`,
    retryAfterSeconds: retryAfterOf(answer, now),
  });
};

const sentenceIn = (answer: GuardedAnswer): string => {
  const said = jsonOf(answer) as { error?: { code?: string; message?: string } } | undefined;
  return said?.error?.message ? `${said.error.code ?? ''} ${said.error.message}`.trim() : answer.text;
};
