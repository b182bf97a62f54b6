import type { LedgerEventAnswer } from './contract.ts';
import type { SealedEvent } from './ledger.ts';

/** A sealed event as it goes over the wire. */
export const answerOf = (event: SealedEvent): LedgerEventAnswer => ({
  place: event.place.toString(),
  id: event.id,
  at: event.at.toString(),
  kind: event.kind,
  subject: event.subject,
  service: event.service ?? null,
  actor: { kind: event.actor.kind, id: event.actor.id, name: event.actor.name },
  data: event.data,
  hash: event.hash,
});

/** What `answerOf` wrote, read back: the chain can be computed anew from it. */
export const eventOfAnswer = (answer: LedgerEventAnswer): SealedEvent => ({
  ...answer,
  place: BigInt(answer.place),
  at: Temporal.Instant.from(answer.at),
});
