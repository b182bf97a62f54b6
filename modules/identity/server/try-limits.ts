import { createHash } from 'node:crypto';
import {
  addressLimits,
  knownAddressDays,
  secondFactorLimit,
  signInLimits,
  type TicketLimit,
} from '../domain/limits.ts';
import { addressBucket } from './client-address.ts';
import { later, type IdentityGround } from './identity-ground.ts';
import { tooManyTries } from './refusals.ts';
import { signedInFrom } from './store/sessions.ts';
import { giveTicketsBack, takeTicket } from './store/tickets.ts';
import type { Visitor } from './visitor.ts';

/** Takes the tickets of one sign-in try, before anything is hashed. Throws a 429 Refusal; gives back how to return them. */
export const takeSignInTickets = async (
  identity: IdentityGround,
  options: { readonly login: string; readonly personId: string | null; readonly visitor: Visitor },
): Promise<{ giveBack(): Promise<void> }> => {
  const { visitor, personId } = options;
  const address = addressBucket(visitor.address);
  // One account has a name and an address to sign in by: both count as the same account.
  const account = personId ?? createHash('sha256').update(options.login.toLowerCase()).digest('base64url');
  const taken: string[] = [];
  const take = async (bucket: string, limit: TicketLimit): Promise<void> => {
    await takeOrRefuse(identity, bucket, limit);
    taken.push(bucket);
  };
  await take(`sign-in:address:${address}`, signInLimits.address);
  await take(`sign-in:account-address:${account}:${address}`, signInLimits['account-address']);
  if (!(await isKnownAddress(identity, personId, visitor)))
    await take(`sign-in:account:${account}`, signInLimits.account);
  return { giveBack: () => giveTicketsBack(identity.db, taken) };
};

/** Takes one ticket of an address for set-up, links, single sign-on or passkeys. Throws a 429 Refusal. */
export const takeAddressTicket = (
  identity: IdentityGround,
  purpose: keyof typeof addressLimits,
  visitor: Pick<Visitor, 'address'>,
): Promise<void> => takeOrRefuse(identity, addressTicket(purpose, visitor), addressLimits[purpose]);

export const giveAddressTicketBack = (
  identity: IdentityGround,
  purpose: keyof typeof addressLimits,
  visitor: Pick<Visitor, 'address'>,
): Promise<void> => giveTicketsBack(identity.db, [addressTicket(purpose, visitor)]);

/** Takes one of the few tries that a person's second factor or confirmation has. Throws a 429 Refusal. */
export const takeSecondFactorTicket = async (
  identity: IdentityGround,
  personId: string,
): Promise<{ giveBack(): Promise<void> }> => {
  const bucket = `second-factor:${personId}`;
  await takeOrRefuse(identity, bucket, secondFactorLimit);
  return { giveBack: () => giveTicketsBack(identity.db, [bucket]) };
};

const addressTicket = (purpose: string, visitor: Pick<Visitor, 'address'>): string =>
  `${purpose}:${addressBucket(visitor.address)}`;

const takeOrRefuse = async (identity: IdentityGround, bucket: string, limit: TicketLimit): Promise<void> => {
  const ticket = await takeTicket(identity.db, bucket, limit, identity.now());
  if (!ticket.taken) throw tooManyTries(ticket.retryAfterSeconds);
};

const isKnownAddress = async (identity: IdentityGround, personId: string | null, visitor: Visitor): Promise<boolean> =>
  personId !== null &&
  signedInFrom(identity.db, personId, visitor.address, later(identity.now(), { days: -knownAddressDays }));
