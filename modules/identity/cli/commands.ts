import { Option, type Command } from 'commander';
import { Refusal } from '../../../kernel/problem.ts';
import { roles, type Role } from '../../../kernel/role.ts';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import { meansServer } from '../../../platform/cli/means-server.ts';
import { createLog } from '../../../platform/log/log.ts';
import {
  changePerson,
  invitePerson,
  listPeople,
  listTokens,
  makeToken,
  offerReset,
  readPerson,
  removeSecondFactor,
  revokeToken,
} from '../contract.ts';
import { readAccount } from '../contract/sign-in.ts';
import type { Scope } from '../domain/token-rules.ts';
import { openLocally, type LocalIdentity } from '../server/public.ts';
import { ssoProviderKind, teamKind } from './documents.ts';

export const documentKinds: readonly DocumentKind[] = [teamKind, ssoProviderKind];

const roleOption = (meaning: string, otherwise: Role): Option =>
  new Option('--role <role>', meaning).choices([...roles]).default(otherwise);
const pageOfAll = 500;

/** `leadline token …`, `leadline person …` and `leadline whoami`. */
export const register = (program: Command, context: CliContext): void => {
  registerToken(program, context);
  registerPerson(program, context);
  program
    .command('whoami')
    .description('Show who LEADLINE_TOKEN is, and what it may do')
    .action(async () => {
      const { kind, name, role, teams, scopes, organisation } = await context.call(readAccount);
      context.print([
        {
          kind,
          name,
          role,
          teams: Object.entries(teams)
            .map(([team, held]) => `${team}: ${held}`)
            .join(', '),
          scopes: scopes.join(', '),
          organisation,
        },
      ]);
    });
};

const registerToken = (program: Command, context: CliContext): void => {
  const token = program.command('token').description('Make, list and revoke tokens of programs');

  token
    .command('create')
    .description('Make a token and print it, alone; it is shown only now')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(roleOption('what it may do', 'viewer'))
    .addOption(
      new Option('--scope <scope...>', 'api: the API and the CLI; ingest: send telemetry')
        .choices(['api', 'ingest'])
        .default(['api']),
    )
    .option('--expires <when>', 'a duration from now (P30D) or an instant (2027-01-31T00:00:00Z)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline token create --role admin --name ci --data ./data\n  $ leadline token create --scope ingest --name shop --expires P1Y\n\nWorks on the machine that owns the data, whether the server runs or not; with LEADLINE_URL and LEADLINE_TOKEN on any other.',
    )
    .action(async ({ name, role, scope, expires }: { name: string; role: Role; scope: Scope[]; expires?: string }) => {
      const expiresAt = expires === undefined ? null : instantOf(expires);
      const made = await here(context, {
        locally: (identity) =>
          identity.createToken({
            name,
            role,
            scopes: scope,
            expiresAt: expiresAt === null ? null : new Date(expiresAt.epochMilliseconds),
          }),
        remotely: () =>
          context.call(makeToken, { body: { name, role, scopes: scope, expiresAt: expiresAt?.toString() ?? null } }),
      });
      context.text(made.secret);
    });

  token
    .command('list')
    .description('List tokens, newest first')
    .action(async () => {
      const tokens = await here(context, {
        locally: (identity) => identity.tokens(),
        remotely: async () => (await context.call(listTokens, { query: { limit: pageOfAll } })).items,
      });
      context.print(tokens, ['id', 'name', 'hint', 'owner', 'role', 'scopes', 'state', 'expiresAt', 'lastUsedAt']);
    });

  token
    .command('revoke')
    .argument('<token>', 'its id, or on the machine itself its name')
    .description('Make a token useless at once')
    .action(async (reference: string) => {
      await here(context, {
        locally: (identity) => identity.revokeToken(reference),
        remotely: () => context.call(revokeToken, { params: { token: reference } }),
      });
    });
};

const registerPerson = (program: Command, context: CliContext): void => {
  const person = program.command('person').description('Invite, list and change people');
  const columns = ['name', 'displayName', 'email', 'role', 'state', 'secondFactor', 'lastSeenAt'];

  person
    .command('list')
    .description('List people, by name')
    .option('--state <state>', 'invited, active or disabled')
    .option('--search <text>', 'part of a name or address')
    .action(async ({ state, search }: { state?: string; search?: string }) =>
      context.print((await context.call(listPeople, { query: { state, q: search, limit: pageOfAll } })).items, columns),
    );

  person
    .command('show')
    .argument('<person>', 'name, e-mail address or id')
    .description('Show one person')
    .action(async (reference: string) =>
      context.print(await context.call(readPerson, { params: { person: reference } })),
    );

  person
    .command('invite')
    .description('Add a person and print the one-time link to hand over')
    .requiredOption('--email <address>', 'their e-mail address')
    .requiredOption('--display-name <name>', 'how they are called')
    .option('--name <name>', 'the short word for files and URLs; made from the address where left out')
    .addOption(roleOption('their role in the organisation', 'viewer'))
    .addHelpText(
      'after',
      "\nExample:\n  $ leadline person invite --email mira@example.org --display-name 'Mira Okafor' --role editor",
    )
    .action(
      async ({ email, displayName, name, role }: { email: string; displayName: string; name?: string; role: Role }) =>
        context.text(
          (await context.call(invitePerson, { body: { email, displayName, role, ...(name ? { name } : {}) } }))
            .invitation.url,
        ),
    );

  registerPersonChanges(person, context);
};

const registerPersonChanges = (person: Command, context: CliContext): void => {
  person
    .command('set')
    .argument('<person>', 'name, e-mail address or id')
    .description("Change a person's name, address, role or state")
    .option('--display-name <name>')
    .option('--email <address>')
    .addOption(new Option('--role <role>').choices([...roles]))
    .addOption(new Option('--state <state>').choices(['active', 'disabled']))
    .addHelpText('after', '\nExample:\n  $ leadline person set mira.okafor --state disabled')
    .action(
      async (reference: string, change: { displayName?: string; email?: string; role?: string; state?: string }) => {
        const { displayName, email, role, state } = change;
        const body = Object.fromEntries(
          Object.entries({ displayName, email, role, state }).filter(([, value]) => value !== undefined),
        );
        context.print(await context.call(changePerson, { params: { person: reference }, body }));
      },
    );

  person
    .command('link')
    .argument('<person>', 'name, e-mail address or id')
    .description('Print a one-time link with which the person sets a new password')
    .addHelpText('after', '\nWorks on the machine that owns the data too: the way back in for the last admin.')
    .action(async (reference: string) => {
      const link = await here(context, {
        locally: (identity) => identity.offerLink(reference, ownUrl(context)),
        remotely: () => context.call(offerReset, { params: { person: reference } }),
      });
      context.text(link.url);
    });

  person
    .command('remove-second-factor')
    .argument('<person>', 'name, e-mail address or id')
    .description('Remove an authenticator app, recovery codes and passkeys that the person has lost')
    .action(async (reference: string) => {
      await context.call(removeSecondFactor, { params: { person: reference } });
    });
};

/** By the API where an address and a token say so, else on the data of this machine. `--data` always means this machine. */
const here = async <Value>(
  context: CliContext,
  ways: { locally(identity: LocalIdentity): Promise<Value>; remotely(): Promise<Value> },
): Promise<Value> => {
  if (meansServer(context)) return ways.remotely();
  const identity = await openLocally(context.configuration(), createLog('error'));
  try {
    return await ways.locally(identity);
  } finally {
    await identity.close();
  }
};

const ownUrl = (context: CliContext): string => {
  const { publicUrl, host, port, tlsCert } = context.configuration().values;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return (
    publicUrl?.replace(/\/$/, '') ??
    `${tlsCert ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}:${port}`
  );
};

const instantOf = (text: string): Temporal.Instant => {
  try {
    if (!/^p/i.test(text)) return Temporal.Instant.from(text);
    // A year or a month is one of the calendar, in UTC.
    return Temporal.Now.zonedDateTimeISO('UTC').add(Temporal.Duration.from(text)).toInstant();
  } catch {
    throw new Refusal({
      status: 400,
      code: 'identity.expiry-wrong',
      title: `${text} is not a time`,
      detail: 'Give a duration from now, as P30D or P1Y, or an instant, as 2027-01-31T00:00:00Z.',
    });
  }
};
