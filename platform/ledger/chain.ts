import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from './canonical-json.ts';
import type { LedgerEntry } from './ledger.ts';

/** What the hash of an event covers besides the hash before. */
export interface ChainedEvent extends LedgerEntry {
  readonly id: string;
  readonly at: Temporal.Instant;
  readonly place: bigint;
}

/** What stands before the first event. */
export const firstHash = Buffer.alloc(32);

/**
 * SHA-256 over the 32 bytes of the hash before and the UTF-8 of the event as canonical JSON
 * `{actor:{id,kind,name},at,data,id,kind,place,service,subject}`, `at` in microseconds, `place` as text.
 */
export const chainHash = (previous: Uint8Array, event: ChainedEvent): Buffer =>
  createHash('sha256').update(previous).update(canonicalEvent(event), 'utf8').digest();

const canonicalEvent = (event: ChainedEvent): string =>
  canonicalJson({
    id: event.id,
    place: event.place.toString(),
    at: event.at.toString({ fractionalSecondDigits: 6 }),
    kind: event.kind,
    subject: event.subject,
    service: event.service ?? null,
    actor: { kind: event.actor.kind, id: event.actor.id, name: event.actor.name },
    data: event.data as Json,
  });
