import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../../../../kernel/problem.ts';
import type { WireFault } from '../../domain/sources/alertmanager-wire.ts';
import type { SourceAnswer } from '../integrations/source.ts';

/** Sends what Alertmanager would send: JSON, never kept by anybody in between. */
export const sendJson = (reply: FastifyReply, status: number, value: unknown): FastifyReply =>
  reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(value));

export const sendFault = (reply: FastifyReply, { status, body }: WireFault): FastifyReply =>
  sendJson(reply, status, body);

/** A success without a body, as `POST /api/v2/alerts` and `DELETE /api/v2/silence/{id}` give. */
export const sendNothing = (reply: FastifyReply): FastifyReply =>
  reply.code(200).header('cache-control', 'no-store').send();

/** A refusal of ours in the form of Alertmanager's frame: clients of it show `message`. */
export const faultOf = ({ status, title, detail }: Problem): WireFault => ({
  status,
  body: { code: status, message: detail === undefined ? title : `${title}: ${detail}` },
});

export const sendProblem = (request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply => {
  if (problem.retryAfterSeconds !== undefined)
    reply.header('retry-after', String(Math.ceil(problem.retryAfterSeconds)));
  // A browser that is offered Basic opens a window of its own; amtool and curl need no offer but may have one.
  if (problem.status === 401 && !request.headers['user-agent']?.startsWith('Mozilla/'))
    reply.header('www-authenticate', 'Bearer realm="leadline", Basic realm="leadline"');
  return sendFault(reply, faultOf(problem));
};

/** An answer of a source: this API's texts are JSON texts. */
export const sendAnswer = (reply: FastifyReply, { status, body, headers = {} }: SourceAnswer): FastifyReply => {
  reply.headers(headers);
  if (body !== undefined) return sendJson(reply, status, body);
  return reply.code(status).header('cache-control', 'no-store').send();
};
