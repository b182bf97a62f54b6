import type { Role } from './role.ts';

/**
 * Who may call a route; declared beside its shapes, enforced before the handler, walked by the access test.
 * - `public`: anybody, also without signing in.
 * - `signed-in`: any person or API token, whatever its role.
 * - `role`: at least this role in the organisation.
 * - `team`: at least this role in the team that the path parameter `param` names, or in the organisation.
 * - `ingest`: a token that may send telemetry, or loopback where the configuration lets it.
 */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'role'; readonly role: Role }
  | { readonly kind: 'team'; readonly role: Role; readonly param: string }
  | { readonly kind: 'ingest' };

export const publicAccess: Access = { kind: 'public' };
export const signedIn: Access = { kind: 'signed-in' };
export const atLeast = (role: Role): Access => ({ kind: 'role', role });
export const inTeam = (role: Role, param = 'team'): Access => ({ kind: 'team', role, param });

/** One HTTP route of a module's contract. The schemas are zod types; the kernel does not know them. */
export interface RouteShape {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Fastify form: `/api/v1/services/:name`. */
  readonly path: string;
  /** One sentence for the OpenAPI document. */
  readonly summary: string;
  readonly access: Access;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  /** The answer's body; absent means 204. */
  readonly answer?: unknown;
  /** Status of a good answer; 200 where absent (204 without an answer). */
  readonly status?: number;
  /** Largest body in bytes; the server's default is 1 MiB. */
  readonly bodyLimit?: number;
  /** A body of YAML is handed over as `{ text }`, so that several documents and their lines are kept. */
  readonly yamlAsText?: boolean;
  /** The answer holds a secret that is shown once: never kept for `Idempotency-Key`, a repeat is refused instead. */
  readonly secretAnswer?: boolean;
}

/** Keeps the literal types of a contract's route, so that server, page and CLI infer its shapes. */
export const route = <const Shape extends RouteShape>(shape: Shape): Shape => shape;

/** What signs a caller in, as OpenAPI describes it. https://spec.openapis.org/oas/v3.1.0#security-scheme-object */
export type SecurityScheme =
  | { readonly type: 'http'; readonly scheme: 'bearer' | 'basic'; readonly description: string }
  | { readonly type: 'apiKey'; readonly in: 'header'; readonly name: string; readonly description: string };

/**
 * One HTTP route of a protocol that others defined: its module serves it in the protocol's own words, refusals too. Here it is only
 * described, for the OpenAPI document and the access test.
 */
export interface ProtocolRoute {
  /** Name of the protocol: `opsgenie`. */
  readonly protocol: string;
  readonly method: RouteShape['method'] | 'OPTIONS';
  /** Fastify form, as in `RouteShape`. */
  readonly path: string;
  readonly summary: string;
  /** Each alone is enough, by its name; none: anybody, or the key stands in the address or in the body. */
  readonly security: Readonly<Record<string, SecurityScheme>>;
  /** What each part of the path means, by its name. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: unknown;
  readonly body?: unknown;
  /** `application/json` where absent. */
  readonly bodyType?: string;
  readonly answer?: unknown;
  readonly status?: number;
  /** The form of its refusals. */
  readonly refusal: { readonly contentType: string; readonly schema: unknown };
}
