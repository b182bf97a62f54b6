import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Role } from '../../kernel/role.ts';
import type { ProtocolRoute, RouteShape } from '../../kernel/route.ts';

/** Who makes a request. Identity finds it out; the ground only asks. */
export interface Actor {
  readonly kind: 'person' | 'token' | 'system';
  readonly id: string;
  readonly name: string;
  /** The person whose token it is, where it is one of a person; so that four eyes are those of two people. */
  readonly ownerId?: string;
  /** The role in the organisation. */
  readonly role: Role;
  /** Roles in teams, by the team's name; the higher of this and `role` counts. */
  readonly teams: Readonly<Record<string, Role>>;
  /** What a token was made for; people have `api`. */
  readonly scopes: readonly ('api' | 'ingest')[];
}

/** Finds the actor of a request, or null for nobody; throws a Refusal for a bad token. Set by identity. */
export type Authenticate = (request: FastifyRequest) => Promise<Actor | null>;

type Output<Schema, Otherwise> = Schema extends z.ZodType ? z.output<Schema> : Otherwise;
type Input<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;

export interface Call<Shape extends RouteShape> {
  readonly params: Output<Shape['params'], Record<string, never>>;
  readonly query: Output<Shape['query'], Record<string, never>>;
  readonly body: Output<Shape['body'], undefined>;
  /** Null only on routes with public access. */
  readonly actor: Actor | null;
  /** The actor, for routes that refuse nobody-in-particular; throws where there is none. */
  signedIn(): Actor;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface Http {
  /**
   * Serves one route of a contract: parses params, query and body by its schemas (400 problem with every wrong field),
   * refuses who may not (401, 403), calls `handle`, checks the answer against its schema, and stands in the OpenAPI document.
   * Writes with an `Idempotency-Key` answer a repeat from what was kept.
   */
  route<const Shape extends RouteShape>(
    shape: Shape,
    handle: (call: Call<Shape>) => Promise<Input<Shape['answer']>>,
  ): void;
  /** Puts routes of a protocol of others, which their module serves itself, into the OpenAPI document. */
  describe(routes: readonly ProtocolRoute[]): void;
  setAuthenticate(authenticate: Authenticate): void;
  /** For routes outside a contract (protocols of others, with errors of their own form): who asks, as `route` finds it out. */
  readonly authenticate: Authenticate;
  /** Server-Sent Events at /api/v1/events; see `platform/http/events.ts`. */
  readonly fastify: FastifyInstance;
  /** Every route registered so far, for the OpenAPI document and the access test. */
  routes(): readonly RouteShape[];
}
