import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Http } from '../../../../platform/http/http.ts';
import { problemOf } from '../../../../platform/http/problems.ts';
import { builtInIntegration } from '../../domain/alert.ts';
import { postedLimits } from '../../domain/sources/alertmanager-posted.ts';
import { alertmanagerRoutes } from '../../contract/wire/alertmanager.ts';
import { cameWith, isCut, readBodies, tooLarge } from '../integrations/came-body.ts';
import type { Integrations } from '../integrations/integrations.ts';
import { alertOnWire, groupOnWire } from '../../domain/sources/alertmanager-shown.ts';
import { silenceLimits, silenceOnWire } from '../../domain/sources/alertmanager-silences.ts';
import { wrongType } from '../../domain/sources/alertmanager-wire.ts';
import { isId } from '../policy/silence-store.ts';
import { faultOf, sendAnswer, sendFault, sendJson, sendNothing, sendProblem } from './alertmanager-answers.ts';
import { callerOf, type Caller, type CallerGround } from './alertmanager-caller.ts';
import { postAlerts, readJson, sampleAlerts, type PostGround } from './alertmanager-post.ts';
import { alertsQuestion, filterOf, flagOf } from './alertmanager-query.ts';
import { alertsShown, groupsShown, type ReadGround } from './alertmanager-read.ts';
import {
  silenceEnded,
  silencePosted,
  silenceShown,
  silencesShown,
  type SilencesGround,
} from './alertmanager-silences.ts';
import { checkSettings } from './source-settings.ts';
import { receiversShown, statusShown, type StatusGround } from './alertmanager-status.ts';

/** Where Prometheus (`path_prefix`) and `amtool` (`--alertmanager.url`) are pointed. */
export const alertmanagerPath = '/alertmanager';
const api = `${alertmanagerPath}/api/v2`;

export interface AlertmanagerGround
  extends CallerGround, PostGround, Omit<ReadGround, 'postgres'>, SilencesGround, StatusGround {
  readonly http: CallerGround['http'] & Pick<Http, 'describe'> & { readonly fastify: FastifyInstance };
  readonly integrations: CallerGround['integrations'] & Pick<Integrations, 'registerSource' | 'take' | 'refuse'>;
}

/**
 * Alertmanager's API v2, as Prometheus, `amtool` and Grafana speak it (prometheus/alertmanager, api/v2/openapi.yaml). Its errors have
 * the form of Alertmanager's.
 */
export const registerAlertmanager = (ground: AlertmanagerGround): void => {
  ground.integrations.registerSource('alertmanager', (call) => postAlerts(ground, call), {
    refuse: faultOf,
    sample: sampleAlerts,
    checkSettings: checkSettings('alertmanager'),
  });
  ground.http.describe(alertmanagerRoutes);
  void ground.http.fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    readBodies(scope, 'application/json', postedLimits.bodyBytes);
    scope.addContentTypeParser('*', (request, _payload, done) => done(unsupported(request), undefined));
    scope.setErrorHandler(async (error, request, reply) => {
      const problem = problemOf(error);
      if (problem.status >= 500) request.log.error({ err: error }, 'the Alertmanager API failed');
      return sendProblem(request, reply, problem);
    });
    for (const path of ['healthy', 'ready'])
      scope.get(`${alertmanagerPath}/-/${path}`, async (_request, reply) =>
        reply.header('content-type', 'text/plain; charset=utf-8').send('OK'),
      );
    addAlerts(scope, ground);
    addReading(scope, ground);
    addSilences(scope, ground);
    addUnknown(scope);
  });
};

const addAlerts = (scope: FastifyInstance, ground: AlertmanagerGround): void => {
  scope.post(`${api}/alerts`, async (request, reply) => {
    const caller = await callerOf(ground, request, 'send');
    const came = cameWith(request);
    const body = came.bytes;
    if (caller.kind === 'actor') {
      if (isCut(came)) throw tooLarge(came);
      const integration = builtInIntegration('api');
      return sendAnswer(reply, await postAlerts(ground, { integration, payloadId: null, body }));
    }
    const call = {
      integration: caller.integration,
      method: 'POST',
      path: `${api}/alerts`,
      query: {},
      headers: {},
      contentType: 'application/json',
      body,
      size: came.size,
    };
    if (isCut(came)) return sendAnswer(reply, await ground.integrations.refuse(call, tooLarge(came).problem));
    return sendAnswer(reply, await ground.integrations.take(call));
  });
};

const addReading = (scope: FastifyInstance, ground: AlertmanagerGround): void => {
  scope.get(`${api}/alerts`, async (request, reply) => {
    const caller = await callerOf(ground, request, 'read');
    const question = alertsQuestion(request.query as Record<string, unknown>);
    if ('status' in question) return sendFault(reply, question);
    const shown = await alertsShown(ground, question, integrationOf(caller));
    return 'status' in shown ? sendFault(reply, shown) : sendJson(reply, 200, shown.map(alertOnWire));
  });
  scope.get(`${api}/alerts/groups`, async (request, reply) => {
    const caller = await callerOf(ground, request, 'read');
    const question = alertsQuestion(request.query as Record<string, unknown>);
    if ('status' in question) return sendFault(reply, question);
    const shown = await groupsShown(ground, question, integrationOf(caller));
    return 'status' in shown ? sendFault(reply, shown) : sendJson(reply, 200, shown.map(groupOnWire));
  });
  scope.get(`${api}/receivers`, async (request, reply) => {
    await callerOf(ground, request, 'read');
    return sendJson(reply, 200, await receiversShown(ground));
  });
  scope.get(`${api}/status`, async (request, reply) => {
    await callerOf(ground, request, 'read');
    return sendJson(reply, 200, await statusShown(ground));
  });
};

/** A sender sees its own alerts; who has a role sees all. */
const integrationOf = (caller: Caller): string | null => (caller.kind === 'integration' ? caller.integration.id : null);

const addSilences = (scope: FastifyInstance, ground: AlertmanagerGround): void => {
  scope.get(`${api}/silences`, async (request, reply) => {
    const caller = await callerOf(ground, request, 'read');
    const query = request.query as Record<string, unknown>;
    const filter = filterOf(query);
    if ('status' in filter) return sendFault(reply, filter);
    const { at, silences } = await silencesShown(ground, caller, filter.matchers);
    const wire = silences.map((silence) => silenceOnWire(silence, at));
    return sendJson(
      reply,
      200,
      wire.filter(({ status }) => flagOf(query[status.state])),
    );
  });
  scope.post(`${api}/silences`, async (request, reply) => {
    const caller = await callerOf(ground, request, 'silence');
    const came = cameWith(request);
    if (came.size > silenceLimits.bodyBytes) throw tooLarge({ ...came, limit: silenceLimits.bodyBytes });
    const read = readJson('silence', came.bytes);
    if ('fault' in read) return sendFault(reply, read.fault);
    const made = await silencePosted(ground, caller, read.value);
    return 'status' in made ? sendFault(reply, made) : sendJson(reply, 200, made);
  });
  scope.get(`${api}/silence/:id`, async (request, reply) => {
    const caller = await callerOf(ground, request, 'read');
    const { id } = request.params as { id: string };
    if (!isId(id)) return sendFault(reply, wrongType('silenceID', 'path', 'uuid', id));
    const found = await silenceShown(ground, caller, id);
    return found === null ? reply.code(404).send() : sendJson(reply, 200, silenceOnWire(found.silence, found.at));
  });
  scope.delete(`${api}/silence/:id`, async (request, reply) => {
    const caller = await callerOf(ground, request, 'silence');
    const { id } = request.params as { id: string };
    if (!isId(id)) return sendFault(reply, wrongType('silenceID', 'path', 'uuid', id));
    return (await silenceEnded(ground, caller, id)) ? sendNothing(reply) : reply.code(404).send();
  });
};

const unsupported = (request: FastifyRequest): Refusal => {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim() || 'application/octet-stream';
  return new Refusal({
    status: 415,
    code: 'alerting.alertmanager-media-type',
    title: `unsupported media type ${JSON.stringify(type)}, only [application/json] are allowed`,
  });
};

const methods: Readonly<Record<string, readonly string[]>> = {
  [`${api}/status`]: ['GET'],
  [`${api}/receivers`]: ['GET'],
  [`${api}/alerts`]: ['GET', 'POST'],
  [`${api}/alerts/groups`]: ['GET'],
  [`${api}/silences`]: ['GET', 'POST'],
  [`${api}/silence/:id`]: ['GET', 'DELETE'],
};

/** What is not there is said in the same form: a wrong `path_prefix` is found by it. */
const addUnknown = (scope: FastifyInstance): void => {
  for (const [url, allowed] of Object.entries(methods)) {
    const others = (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).filter((method) => !allowed.includes(method));
    scope.route({
      method: others,
      url,
      handler: async (request, reply) => {
        reply.header('allow', allowed.join(', '));
        const message = `method ${request.method} is not allowed, but [${allowed.join(',')}] are`;
        return sendJson(reply, 405, { code: 405, message });
      },
    });
  }
  const nothing = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const path = request.url.split('?', 1)[0]!.slice(alertmanagerPath.length);
    return sendJson(reply, 404, { code: 404, message: `path ${path} was not found` });
  };
  scope.all(`${alertmanagerPath}/api/*`, nothing);
};
