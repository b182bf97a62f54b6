import type { Product } from './product.ts';

export const adminOfTests = {
  organisation: 'Harbour & Sons',
  displayName: 'Ada Lindqvist',
  email: 'ada@harbour.example',
  password: 'forty-two-fathoms-and-a-half',
} as const;

export interface Session {
  readonly cookie: string;
  readonly call: (method: string, path: string, body?: unknown) => Promise<any>;
}

/** One request as the page makes it: same origin, cookie kept. Rejects with the problem that was answered. */
const session = (product: Product): Session => {
  let cookie = '';
  return {
    get cookie() {
      return cookie;
    },
    call: async (method, path, body) => {
      const response = await fetch(product.url + path, {
        method,
        headers: {
          origin: product.url,
          ...(cookie ? { cookie } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const set = response.headers.getSetCookie().map((one) => one.split(';')[0]!);
      if (set.length > 0) cookie = set.join('; ');
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      return text ? JSON.parse(text) : undefined;
    },
  };
};

const tokenOfLink = (link: string): string => new URLSearchParams(new URL(link).hash.slice(1)).get('token')!;

/** Makes the first admin by the one-time link, as the set-up screen does. */
export const setUp = async (product: Product): Promise<Session> => {
  const ada = session(product);
  await ada.call('POST', '/api/v1/set-up', { token: tokenOfLink(product.setupLink), ...adminOfTests });
  return ada;
};

const passwordOf = (name: string): string => `${name}-forty-two-fathoms`;

/** A further session of a person who was invited. */
export const signInAgain = async (product: Product, name: string): Promise<Session> => {
  const person = session(product);
  await person.call('POST', '/api/v1/sign-in', { login: name, password: passwordOf(name) });
  return person;
};

/** Invites a person, follows the invitation and gives their session. */
export const invite = async (product: Product, admin: Session, name: string, role: string): Promise<Session> => {
  const { invitation } = await admin.call('POST', '/api/v1/people', {
    displayName: name,
    email: `${name}@harbour.example`,
    name,
    role,
  });
  const person = session(product);
  await person.call('POST', '/api/v1/links/follow', {
    token: tokenOfLink(invitation.url),
    password: `${name}-forty-two-fathoms`,
  });
  return person;
};

/** A token of the person's own: it may do what they may. */
export const tokenOf = async (person: Session, role: string, scopes: string[] = ['api']): Promise<string> =>
  (await person.call('POST', '/api/v1/tokens', { name: 'access walk', role, scopes })).secret;
