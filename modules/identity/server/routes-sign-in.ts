import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Http } from '../../../platform/http/http.ts';
import * as contract from '../contract/sign-in.ts';
import { stepAfter } from '../domain/sign-in-step.ts';
import { sessionOf } from './authenticate.ts';
import { personActor, type IdentityGround } from './identity-ground.ts';
import { followLink, lookAtLink } from './one-time-links.ts';
import { hashSecret } from './secret-text.ts';
import { readCookie, writeCookie } from './session-cookie.ts';
import { sessionBehind, type OpenedSession } from './sessions.ts';
import { setUp } from './set-up.ts';
import { stepShape } from './shapes.ts';
import { bringSecondFactor, signInByPassword, type Browser } from './sign-in.ts';
import { factorsOf } from './store/factors.ts';
import { readOrganisation } from './store/organisation.ts';
import { anyPersonExists, findPerson } from './store/people.ts';
import { endSessionByHash } from './store/sessions.ts';
import { listProviders } from './store/sso.ts';
import { requireOwnOrigin, visitorOf } from './visitor.ts';

/** What a request shows of the browser it comes from. */
export const browserOf = (identity: IdentityGround, request: FastifyRequest): Browser => ({
  visitor: visitorOf(identity, request),
  cookie: readCookie(identity, request, 'session'),
});

/** The browser of a write that anybody may send: it must come from our own page. */
export const ownBrowser = (identity: IdentityGround, request: FastifyRequest): Browser => {
  requireOwnOrigin(identity, request);
  return browserOf(identity, request);
};

/** Hands the session's new secret to the browser; called after its transaction has committed. */
export const answerOpened = (
  identity: IdentityGround,
  call: { request: FastifyRequest; reply: FastifyReply },
  opened: OpenedSession,
) => {
  writeCookie(identity, call, 'session', opened.secret);
  return stepShape(opened.step);
};

export const addSignInRoutes = (http: Http, identity: IdentityGround): void => {
  http.route(contract.readSignInOptions, async ({ request }) => {
    const organisation = await readOrganisation(identity.db);
    const cookie = readCookie(identity, request, 'session');
    const begun = cookie === null ? undefined : await sessionBehind(identity, cookie);
    const waits =
      begun?.level === 'first'
        ? stepShape(stepAfter(begun.method, await factorsOf(identity.db, begun.person_id)))
        : null;
    const providers = await listProviders(identity.db);
    return {
      organisation: organisation.name,
      setUpNeeded: !(await anyPersonExists(identity.db)),
      signedIn: sessionOf(request) !== null,
      begun: waits,
      providers: providers.map((each) => ({ name: each.name, displayName: each.display_name })),
    };
  });

  http.route(contract.setUp, async (call) =>
    answerOpened(identity, call, await setUp(identity, call.body, ownBrowser(identity, call.request))),
  );

  http.route(contract.signIn, async (call) =>
    answerOpened(identity, call, await signInByPassword(identity, call.body, ownBrowser(identity, call.request))),
  );

  http.route(contract.bringSecondFactor, async (call) =>
    answerOpened(identity, call, await bringSecondFactor(identity, call.body, ownBrowser(identity, call.request))),
  );

  http.route(contract.lookAtLink, async (call) =>
    lookAtLink(identity, call.body.token, ownBrowser(identity, call.request)),
  );

  http.route(contract.followLink, async (call) =>
    answerOpened(identity, call, await followLink(identity, call.body, ownBrowser(identity, call.request))),
  );

  http.route(contract.signOut, async (call) => {
    const { cookie } = ownBrowser(identity, call.request);
    if (cookie !== null) await endOwnSession(identity, cookie);
    writeCookie(identity, call, 'session', null);
    return undefined;
  });
};

const endOwnSession = (identity: IdentityGround, secret: string): Promise<void> =>
  identity.transaction(async (tx) => {
    const ended = await endSessionByHash(tx, hashSecret(secret));
    const person = ended && (await findPerson(tx, ended.person_id));
    if (!ended || !person) return;
    await identity.ledger.append(tx, {
      kind: 'session.ended',
      subject: `person:${person.id}`,
      actor: personActor(person),
      data: { sessions: [ended.id], reason: 'signed-out' },
    });
  });
