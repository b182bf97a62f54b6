import { randomInt, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Refusal } from '../../../../kernel/problem.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { Attempt, OutgoingMessage } from '../../../delivery/server/public.ts';
import { decideCode, type CodeDecision } from '../../domain/people/code-decision.ts';
import { peopleLimits } from '../../domain/people/limits.ts';
import { lockedPerson, noSuchMethod } from './contact-methods.ts';
import { inTransaction, ledgerActor, nowOf, ownPerson, type PeopleGround } from './people-ground.ts';
import { codeSent, countTry, markVerified, saveCode, type CodeRow, type Tx } from './store.ts';
import type { MethodFound } from './views.ts';

const hashBytes = 32;
const digits = 6;

/** Slow on purpose: six digits behind a fast hash could be read from a copy of the database while they count. */
const hashCode = async (code: string, personId: string, method: string): Promise<Buffer> =>
  await promisify<string, string, number, Buffer>(scrypt)(code, `leadline:${personId}:${method}`, hashBytes);

/**
 * Makes a code and sends it to the method at once; an earlier one counts no more. Throws 429 where too many were sent, and 502 with
 * the provider's answer where none took it.
 */
export const sendCode = async (
  people: PeopleGround,
  actor: Actor,
  said: { readonly person: string; readonly method: string },
): Promise<{ expiresAt: string; provider: string | null; detail: string }> => {
  const { id, name } = await ownPerson(people, actor, said.person);
  const code = String(randomInt(10 ** digits)).padStart(digits, '0');
  const hash = await hashCode(code, id, said.method);
  const kept = await inTransaction(people, async (tx) => {
    const { methods } = await lockedPerson(tx, id, name);
    const method = methods.find((each) => each.name === said.method);
    if (!method) throw noSuchMethod(said.method);
    return { method, row: await keepCode(people, tx, { id, method: method.name, hash }) };
  });
  const attempt = await people.delivery.sendNow(
    codeMessage(kept.method, { code, personId: id, name, expiresAt: kept.row.expires_at }),
  );
  if (attempt.result !== 'accepted' && attempt.result !== 'delivered') throw notSent(kept.method, attempt);
  return {
    expiresAt: kept.row.expires_at.toISOString(),
    provider: attempt.provider,
    detail: `Sent to ${kept.method.name} (${kept.method.channel}); the code counts for ${peopleLimits.codeSeconds / 60} minutes.`,
  };
};

const keepCode = async (
  people: PeopleGround,
  tx: Tx,
  sending: { readonly id: string; readonly method: string; readonly hash: Buffer },
): Promise<CodeRow> => {
  const now = nowOf(people);
  const before = await codeSent(tx, sending.id, sending.method);
  const pauseMs = before ? before.sent_at.getTime() + peopleLimits.codePauseSeconds * 1_000 - now.getTime() : 0;
  if (pauseMs > 0) throw tooManyCodes(Math.ceil(pauseMs / 1_000));
  const hourEnds = before ? before.counting_from.getTime() + 3_600_000 : 0;
  const counts = before !== undefined && hourEnds > now.getTime();
  if (counts && before.sent_count >= peopleLimits.codesPerHour)
    throw tooManyCodes(Math.ceil((hourEnds - now.getTime()) / 1_000));
  const row: CodeRow = {
    person_id: sending.id,
    method: sending.method,
    code_hash: sending.hash,
    sent_at: now,
    expires_at: new Date(now.getTime() + peopleLimits.codeSeconds * 1_000),
    tries: 0,
    sent_count: counts ? before.sent_count + 1 : 1,
    counting_from: counts ? before.counting_from : now,
  };
  await saveCode(tx, row);
  return row;
};

/** Compares a code with the one that was sent; the right one makes the method usable and is used up. */
export const verifyMethod = async (
  people: PeopleGround,
  actor: Actor,
  said: { readonly person: string; readonly method: string; readonly code: string },
): Promise<void> => {
  const { id, name } = await ownPerson(people, actor, said.person);
  const hash = await hashCode(said.code.replaceAll(/\s/gu, ''), id, said.method);
  const decision = await inTransaction(people, async (tx) => {
    const { methods } = await lockedPerson(tx, id, name);
    const method = methods.find((each) => each.name === said.method);
    if (!method) throw noSuchMethod(said.method);
    const row = await codeSent(tx, id, method.name);
    const now = people.ground.clock.now();
    const sent = row ? { expiresAt: row.expires_at.toTemporalInstant(), tries: row.tries } : null;
    const matches = row !== undefined && timingSafeEqual(row.code_hash, hash);
    const decided = decideCode(sent, { matches, now, triesMax: peopleLimits.codeTries });
    // The refusal is thrown after the commit: a try that was rolled back would not count.
    if (!decided.verified) {
      await countTry(tx, id, method.name);
      return decided;
    }
    await markVerified(tx, { personId: id, method: method.name, by: actor.name, at: nowOf(people) });
    await people.ground.ledger.append(tx, {
      kind: 'person.contact-method-verified',
      subject: `person:${id}`,
      actor: ledgerActor(actor),
      data: { name, method: method.name, channel: method.channel, how: 'code' },
    });
    return decided;
  });
  if (!decision.verified) throw codeRefused(decision.reason);
};

const codeMessage = (
  method: MethodFound,
  about: { readonly code: string; readonly personId: string; readonly name: string; readonly expiresAt: Date },
): OutgoingMessage => ({
  key: `contact-code:${newId()}`,
  channel: method.channel,
  address: method.address,
  urgency: 'high',
  about: `person:${about.personId}`,
  expiresAt: about.expiresAt.toTemporalInstant(),
  content: {
    subject: `${about.code} is your Leadline code`,
    text: `${about.code} verifies this as the contact method "${method.name}" of ${about.name} in Leadline.\nWho did not ask for it ignores it: without the code nothing is sent here.`,
    spoken: `Your Leadline code is ${[...about.code].join(', ')}. Once more: ${[...about.code].join(', ')}.`,
    eventType: 'dev.leadline.contact-method.code',
    data: { person: about.name, contactMethod: method.name, code: about.code },
  },
});

const tooManyCodes = (retryAfterSeconds: number): Refusal =>
  new Refusal({
    status: 429,
    code: 'oncall.too-many-codes',
    title: 'A code was sent there a moment ago',
    detail: `Wait ${retryAfterSeconds} seconds before the next one; at most ${peopleLimits.codesPerHour} an hour leave for one method.`,
    retryAfterSeconds,
  });

const notSent = (method: MethodFound, attempt: Attempt): Refusal =>
  new Refusal({
    status: 502,
    code: 'oncall.code-not-sent',
    title: 'The code could not be sent',
    detail: `${attempt.provider} for ${method.name} (${method.channel}) answered: ${attempt.detail ?? attempt.result}`,
  });

const refusalWords: Record<Exclude<CodeDecision['reason'], 'right'>, string> = {
  'none-sent': 'No code is on its way to this method. Have one sent first.',
  expired: `The code counted for ${peopleLimits.codeSeconds / 60} minutes. Have another one sent.`,
  'too-many-tries': `It was tried ${peopleLimits.codeTries} times. Have another one sent.`,
  wrong: 'Look at the newest message; an earlier code counts no more.',
};

const codeRefused = (reason: Exclude<CodeDecision['reason'], 'right'>): Refusal =>
  new Refusal({
    status: reason === 'none-sent' ? 409 : 422,
    code: `oncall.code-${reason}`,
    title: 'This code is not right',
    detail: refusalWords[reason],
    errors: [{ path: 'body.code', message: reason.replaceAll('-', ' ') }],
  });
