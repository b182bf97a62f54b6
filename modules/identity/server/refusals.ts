import { Refusal } from '../../../kernel/problem.ts';

/** Refusals of this module that more than one command gives. */

export const noSuchPerson = (reference: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'identity.person-unknown',
    title: 'There is no such person',
    detail: `Nobody has the name, address or id ${JSON.stringify(reference)}.`,
  });

export const noSuchTeam = (name: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'identity.team-unknown',
    title: 'There is no such team',
    detail: `No team is called ${JSON.stringify(name)}.`,
  });

export const noSuchProvider = (name: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'identity.provider-unknown',
    title: 'There is no such provider',
    detail: `No single sign-on provider is called ${JSON.stringify(name)}.`,
  });

/** One text for every cause, so that it does not tell which addresses exist. */
export const signInRefused = (): Refusal =>
  new Refusal({
    status: 401,
    code: 'identity.sign-in-refused',
    title: 'The name or the password is wrong',
    detail: 'Check both. An admin can make you a link to set a new password.',
  });

export const tooManyTries = (retryAfterSeconds: number): Refusal =>
  new Refusal({
    status: 429,
    code: 'identity.too-many-tries',
    title: 'Too many tries',
    detail: `Wait ${retryAfterSeconds < 120 ? `${retryAfterSeconds} seconds` : `${Math.ceil(retryAfterSeconds / 60)} minutes`}, then try again.`,
    retryAfterSeconds,
  });

export const noSignInBegun = (): Refusal =>
  new Refusal({
    status: 401,
    code: 'identity.no-sign-in-begun',
    title: 'No sign-in is under way',
    detail: 'It took too long, or began in another browser. Begin again.',
  });

export const wrongCode = (): Refusal =>
  new Refusal({
    status: 403,
    code: 'identity.code-wrong',
    title: 'This code is not right',
    detail: 'A code counts once and for about a minute. Wait for the next one.',
    errors: [{ path: 'body.code', message: 'not right, or used already' }],
  });

export const passkeyRefused = (): Refusal =>
  new Refusal({
    status: 403,
    code: 'identity.passkey-refused',
    title: 'This passkey was not accepted',
    detail: 'It belongs to nobody here, or the request took too long. Try again, or sign in another way.',
  });

export const linkRefused = (): Refusal =>
  new Refusal({
    status: 404,
    code: 'identity.link-unknown',
    title: 'This link does not work any more',
    detail: 'It was used, has run out or was replaced. Ask an admin for a new one.',
  });
