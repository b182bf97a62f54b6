import { Refusal } from '../../../kernel/problem.ts';
import { newId } from '../../../platform/clock/id.ts';
import { decodeCursor, encodeCursor } from '../../../platform/http/paging.ts';
import type { Http } from '../../../platform/http/http.ts';
import * as contract from '../contract.ts';
import type { Provider } from '../contract.ts';
import type { ActiveProvider, ActiveProviders } from './providers/active.ts';
import {
  applyProvider,
  providerAnswer,
  providerUnknown,
  removeProvider,
  type ProviderGround,
} from './provider-commands.ts';
import { callbackUrlOf, callProvider } from './sender/one-call.ts';
import { selectProviders } from './store/providers.ts';
import type { DeliveryTables } from './store/tables.ts';
import { recentMessages } from './store/views.ts';

export interface RoutesGround extends ProviderGround {
  readonly http: Http;
  readonly providers: () => ActiveProviders;
  /** Reads the providers anew: the answer to the next request of whoever changed one already knows it. */
  readonly refreshProviders: () => Promise<void>;
}

/** Puts the routes of delivery on the HTTP ground. */
export const addRoutes = (ground: RoutesGround): void => {
  addProviderRoutes(ground);
  const db = ground.postgres.tables<DeliveryTables>();
  ground.http.route(contract.listMessages, async ({ query }) => {
    const found = await recentMessages(db, {
      about: query.about,
      channel: query.channel,
      state: query.state,
      key: query.key,
      after: query.cursor === undefined ? null : readCursor(query.cursor),
      limit: query.limit + 1,
    });
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    const next = last && found.length > page.length ? encodeCursor([last.summary.createdAt, last.id]) : null;
    return { items: page.map(({ summary }) => summary), next };
  });
};

const addProviderRoutes = (ground: RoutesGround): void => {
  const { http } = ground;
  const callbackUrl = (name: string, kind: string): string | null =>
    ground.channels.find((each) => each.kind === kind)?.callback
      ? callbackUrlOf(ground.config.values.publicUrl, name)
      : null;
  const everyProvider = async (): Promise<Provider[]> => {
    const rows = await selectProviders(ground.postgres.tables<DeliveryTables>());
    const builtIn = ground
      .providers()
      .all()
      .filter((each) => each.builtIn);
    return [...rows.map((row) => providerAnswer(row, callbackUrl(row.name, row.kind))), ...builtIn.map(builtInAnswer)];
  };
  http.route(contract.listProviders, async () => ({ items: await everyProvider() }));
  http.route(contract.readProvider, async ({ params }) => {
    const found = (await everyProvider()).find(({ name }) => name === params.name);
    if (found) return found;
    throw providerUnknown(params.name);
  });
  http.route(contract.applyProvider, async ({ params, body, signedIn }) => {
    const { provider, outcome } = await applyProvider(ground, signedIn(), { name: params.name, spec: body });
    await ground.refreshProviders();
    return { provider: providerAnswer(provider, callbackUrl(provider.name, provider.kind)), outcome };
  });
  http.route(contract.removeProvider, async ({ params, signedIn }) => {
    await removeProvider(ground, signedIn(), params.name);
    await ground.refreshProviders();
    return undefined;
  });
  http.route(contract.testProvider, async ({ params, body }) => {
    await ground.refreshProviders();
    const active = ground.providers().byName(params.name);
    if (!active) throw providerUnknown(params.name);
    return { attempt: await tryProvider(ground, active, body.address) };
  });
};

/** One call with a message that says that it is a test. Throws a Refusal for an address that is not well-formed. */
const tryProvider = async (ground: RoutesGround, active: ActiveProvider, address: string) => {
  const wrong = active.channel.check(address, active.provider);
  if (wrong !== null) {
    throw new Refusal({
      status: 422,
      code: 'delivery.wrong-address',
      title: 'The address is not well-formed',
      detail: wrong,
      errors: [{ path: 'body.address', message: wrong }],
    });
  }
  const at = ground.clock.now();
  const result = await callProvider(
    active,
    {
      key: `test:${newId()}`,
      channel: active.provider.channel,
      address,
      urgency: 'low',
      about: `provider:${active.name}`,
      content: {
        subject: 'Test message from Leadline',
        text: `This message was sent to try the provider ${active.name}. Nothing happened, and nothing is to be done.`,
        spoken: `This is a test call from Leadline. Nothing is to be done.`,
        eventType: 'dev.leadline.delivery.test',
      },
      expiresAt: null,
    },
    { stopping: new AbortController().signal, callbackUrl: callbackUrlOf(ground.config.values.publicUrl, active.name) },
  );
  return {
    provider: active.name,
    at: at.toString(),
    endedAt: ground.clock.now().toString(),
    result: result.result,
    status: result.status,
    detail: result.detail,
    receiptAt: null,
    fence: '0',
  };
};

const builtInAnswer = (active: ActiveProvider): Provider => ({
  name: active.name,
  channel: active.provider.channel,
  kind: active.channel.kind,
  priority: active.priority,
  enabled: true,
  builtIn: true,
  settings: { ...active.provider.settings },
  secretNames: Object.keys(active.provider.secrets).toSorted(),
  rateLimit: {},
  receiptWithinSeconds: active.receiptWithinSeconds,
  callbackUrl: null,
  changedAt: null,
  changedBy: null,
});

const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const readCursor = (text: string): { createdAt: string; id: string } => {
  const [createdAt, id] = decodeCursor(text, 2).map(String);
  if (createdAt && id && isTime.test(createdAt) && isId.test(id)) return { createdAt, id };
  throw new Refusal({
    status: 400,
    code: 'http.bad-cursor',
    title: 'This cursor is not one of ours',
    errors: [{ path: 'query.cursor', message: 'not a cursor of this list' }],
  });
};
