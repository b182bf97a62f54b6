import type { z } from 'zod';
import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import { applyProvider, listProviders, providerDocument, removeProvider, type Provider } from '../contract.ts';

type Spec = z.output<typeof providerDocument>['spec'];

/** `kind: Provider`; secrets are best read from environment variables of whoever applies the file. */
export const providerKind: DocumentKind = {
  kind: 'Provider',
  schema: providerDocument,
  apply: async (context, document, name) =>
    (await putProvider(context, name, providerDocument.parse(document).spec)).outcome,
  remove: async (context, name) => {
    await context.call(removeProvider, { params: { name } });
  },
  get: async (context, name) => {
    const { items } = (await context.call(listProviders)) as { items: Provider[] };
    const found = items.filter((each) => !each.builtIn && (name === null || each.name === name));
    if (name !== null && found.length === 0)
      throw new Refusal({
        status: 404,
        code: 'delivery.provider-unknown',
        title: `There is no provider called ${name}`,
        detail: '`leadline provider list` names them.',
      });
    return found.map(providerAsDocument);
  },
};

/** Puts a provider; wrong fields are named by where they stand in a document. */
export const putProvider = async (
  context: CliContext,
  name: string,
  { secretsFromEnvironment = {}, ...spec }: Spec,
): Promise<{ provider: Provider; outcome: 'created' | 'changed' | 'unchanged' }> => {
  const read = Object.fromEntries(
    Object.entries(secretsFromEnvironment).map(([secret, variable]) => [secret, secretFrom(secret, variable)]),
  );
  try {
    return await context.call(applyProvider, {
      params: { name },
      body: { ...spec, secrets: { ...spec.secrets, ...read } },
    });
  } catch (error) {
    if (!(error instanceof Refusal) || !error.problem.errors) throw error;
    const errors = error.problem.errors.map((each) => ({ ...each, path: each.path.replace(/^body\b/, 'spec') }));
    throw new Refusal({ ...error.problem, errors });
  }
};

const secretFrom = (secret: string, variable: string): string => {
  const value = process.env[variable];
  if (value) return value;
  throw new Refusal({
    status: 400,
    code: 'delivery.secret-not-set',
    title: `The environment variable ${variable} is not set`,
    detail: `It holds the secret ${secret} of the provider.`,
    errors: [
      { path: `spec.secretsFromEnvironment.${secret}`, message: `set ${variable} in the environment of this command` },
    ],
  });
};

/** As `apply` takes it; secrets are never given back, so that their names stand as a hint alone. */
const providerAsDocument = (provider: Provider) => ({
  apiVersion: 'leadline.dev/v1',
  kind: 'Provider',
  metadata: { name: provider.name },
  spec: {
    channel: provider.channel,
    kind: provider.kind,
    priority: provider.priority,
    ...(provider.enabled ? {} : { enabled: false }),
    settings: provider.settings,
    ...(Object.keys(provider.rateLimit).length > 0 ? { rateLimit: provider.rateLimit } : {}),
    ...(provider.receiptWithinSeconds === null ? {} : { receiptWithinSeconds: provider.receiptWithinSeconds }),
  },
});
