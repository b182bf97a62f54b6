import type { Actor } from '../../../../platform/http/http.ts';
import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import * as contract from '../../contract/people.ts';
import { applyPerson, removePerson } from './apply-person.ts';
import { changeWishes, noSuchMethod, putMethod, removeMethod } from './contact-methods.ts';
import { mayChange, personNamed, type PeopleGround } from './people-ground.ts';
import { checksOf, contactShape, documentShape, methodShape } from './shapes.ts';
import type { PeopleTables } from './tables.ts';
import { sendCode, verifyMethod } from './verification.ts';
import { peopleFound, peopleInFiles } from './views.ts';

/** Puts the routes about how people are reached on the HTTP ground. */
export const addPeopleRoutes = (people: PeopleGround): void => {
  addDocumentRoutes(people);
  addContactRoutes(people);
};

const addDocumentRoutes = (people: PeopleGround): void => {
  const { http, postgres } = people.ground;
  const db = postgres.tables<PeopleTables>();
  http.route(contract.putPerson, async ({ params, query, body, signedIn }) => ({
    outcome: await applyPerson(people, signedIn(), { name: params.person, spec: body, source: query.source ?? null }),
  }));
  http.route(contract.removePersonDocument, async ({ params, signedIn }) => {
    await removePerson(people, signedIn(), params.person);
    return undefined;
  });
  http.route(contract.listPersonDocuments, async ({ query }) => {
    const after = query.cursor === undefined ? null : String(decodeCursor(query.cursor, 1)[0]);
    const found = await peopleInFiles(db, { after, name: query.name ?? null, limit: query.limit + 1 });
    if (query.name !== undefined && found.length === 0) await personNamed(people, query.name);
    const page = found.slice(0, query.limit);
    return {
      items: page.map(documentShape),
      next: found.length > page.length ? encodeCursor([page.at(-1)!.name]) : null,
    };
  });
};

const addContactRoutes = (people: PeopleGround): void => {
  const { http, postgres } = people.ground;
  const db = postgres.tables<PeopleTables>();
  const contactOf = async (reference: string, asker: Actor) => {
    const { id, name } = await personNamed(people, reference);
    return contactShape(people, (await peopleFound(db, [name]))[0]!, mayChange(asker, id));
  };
  const methodOf = async (reference: string, method: string) => {
    const { name } = await personNamed(people, reference);
    const found = (await peopleFound(db, [name]))[0]!.methods.find((each) => each.name === method);
    if (!found) throw noSuchMethod(method);
    return methodShape(found, await checksOf(people, [found]), true);
  };
  http.route(contract.getContact, ({ params, signedIn }) => contactOf(params.person, signedIn()));
  http.route(contract.putContactMethod, async ({ params, body, signedIn }) => {
    const said = { person: params.person, name: params.method, channel: body.channel, address: body.address };
    const outcome = await putMethod(people, signedIn(), said);
    return { outcome, contactMethod: await methodOf(params.person, params.method) };
  });
  http.route(contract.removeContactMethod, async ({ params, signedIn }) => {
    await removeMethod(people, signedIn(), { person: params.person, name: params.method });
    return undefined;
  });
  http.route(contract.sendContactCode, ({ params, signedIn }) => sendCode(people, signedIn(), params));
  http.route(contract.verifyContactMethod, async ({ params, body, signedIn }) => {
    await verifyMethod(people, signedIn(), { ...params, code: body.code });
    return methodOf(params.person, params.method);
  });
  http.route(contract.changeContactWishes, async ({ params, body, signedIn }) => {
    await changeWishes(people, signedIn(), params.person, body);
    return contactOf(params.person, signedIn());
  });
};
