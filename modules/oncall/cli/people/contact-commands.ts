import { Option, type Command } from 'commander';
import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { Refusal } from '../../../../kernel/problem.ts';
import type { CliContext } from '../../../../platform/cli/context.ts';
import { readAccount } from '../../../identity/contract/sign-in.ts';
import {
  changeContactWishes,
  contactChannel,
  getContact,
  putContactMethod,
  removeContactMethod,
  sendContactCode,
  verifyContactMethod,
  type PersonContact,
} from '../../contract/people.ts';

interface Of {
  readonly person?: string;
}

/** `leadline contact …`: how one is reached. Without `--person` it is about whose token it is. */
export const registerContact = (program: Command, context: CliContext): void => {
  const contact = program.command('contact').description('How you are reached: contact methods and rules');
  const personOption = (): Option =>
    new Option('--person <person>', 'of whom; yourself where absent (others: admins only)');
  const params = async ({ person }: Of) => ({ person: person ?? (await ownName(context)) });

  contact
    .command('list')
    .addOption(personOption())
    .description('Contact methods, whether each is used, and why')
    .action(async (of: Of) => {
      const found: PersonContact = await context.call(getContact, { params: await params(of) });
      context.print(
        found.contactMethods.map((each) => ({ ...each, verified: each.verified?.how ?? null })),
        ['name', 'channel', 'address', 'origin', 'verified', 'usable', 'reason'],
      );
      for (const note of found.notes) process.stderr.write(`${note}\n`);
    });

  contact
    .command('add')
    .argument('<name>', 'your own word for it: phone, mail')
    .argument('<channel>', contactChannel.options.join(', '))
    .argument('<address>', 'e-mail address, URL, phone number (+49…)')
    .addOption(personOption())
    .description('Add a contact method, or give one another address; then verify it')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline contact add phone sms +4915112345678\n  $ leadline contact verify phone\n  $ leadline contact verify phone 123456',
    )
    .action(async (name: string, channel: string, address: string, of: Of) => {
      const { outcome, contactMethod } = await context.call(putContactMethod, {
        params: { ...(await params(of)), method: name },
        body: { channel, address },
      });
      context.print([{ outcome, ...contactMethod }], ['outcome', 'name', 'channel', 'address', 'usable', 'reason']);
    });

  contact
    .command('verify')
    .argument('<name>', 'the contact method')
    .argument('[code]', 'the code that came there; without it one is sent')
    .addOption(personOption())
    .description('Have a code sent to a contact method, or enter it')
    .action(async (name: string, code: string | undefined, of: Of) => {
      const at = { ...(await params(of)), method: name };
      if (code === undefined) return context.text((await context.call(sendContactCode, { params: at })).detail);
      const { reason } = await context.call(verifyContactMethod, { params: at, body: { code } });
      context.text(reason);
    });

  contact
    .command('remove')
    .argument('<name>', 'the contact method')
    .addOption(personOption())
    .description('Remove a contact method; refused while a rule uses it')
    .action(async (name: string, of: Of) => {
      await context.call(removeContactMethod, { params: { ...(await params(of)), method: name } });
    });

  registerRules(contact, context, { personOption, params });
};

const registerRules = (
  contact: Command,
  context: CliContext,
  { personOption, params }: { personOption: () => Option; params: (of: Of) => Promise<{ person: string }> },
): void => {
  contact
    .command('rules')
    .addOption(personOption())
    .option(
      '-f, --file <path>',
      'YAML with rules, quietHours, workingHours, zone or notices to say; - reads standard input',
    )
    .option('--reset', 'forget what was said by hand, so that the file of the administrator holds again')
    .description('What is sent first and what after, in force; or say it')
    .addHelpText(
      'after',
      "\nExample:\n  $ echo 'rules: [{after: PT0S, contactMethod: phone, urgency: high}, {after: PT5M, contactMethod: mail}]' | leadline contact rules -f -",
    )
    .action(async (of: Of & { file?: string; reset?: boolean }) => {
      const at = await params(of);
      const found: PersonContact =
        of.file !== undefined
          ? await context.call(changeContactWishes, {
              params: at,
              body: parseYaml(readFileSync(of.file === '-' ? 0 : of.file, 'utf8')),
            })
          : of.reset
            ? await context.call(changeContactWishes, {
                params: at,
                body: { zone: null, rules: null, quietHours: null, workingHours: null, notices: null },
              })
            : await context.call(getContact, { params: at });
      const rows = (['high', 'low'] as const).flatMap((urgency) =>
        found.rules[urgency].map((rule) => ({ urgency, ...rule })),
      );
      context.print(rows, ['urgency', 'after', 'contactMethod', 'channel']);
      for (const note of [...found.notes, ...found.reachable.reasons.filter((each) => !found.notes.includes(each))])
        process.stderr.write(`${note}\n`);
    });
};

const ownName = async (context: CliContext): Promise<string> => {
  const account: { person: { name: string } | null } = await context.call(readAccount);
  if (account.person) return account.person.name;
  throw new Refusal({
    status: 400,
    code: 'oncall.nobody-behind-the-token',
    title: 'This token belongs to nobody',
    detail: 'Say whom it is about: --person NAME.',
  });
};
