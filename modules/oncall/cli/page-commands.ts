import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { secondsOf } from '../../../kernel/time-span.ts';
import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import * as contract from '../contract/pages.ts';
import { tryPolicy } from '../contract/policies.ts';

const columns = ['raisedAt', 'state', 'urgency', 'summary', 'policy', 'acknowledgedBy', 'id'];

/** `leadline page …`: what wakes a person. */
export const registerPage = (program: Command, context: CliContext): void => {
  const page = program.command('page').description('Pages: wake somebody, see who was told, answer');
  registerCreate(page, context);
  page
    .command('list')
    .description('Pages, newest first')
    .option('--state <state>', 'open, triggered, acknowledged or resolved', 'open')
    .option('--policy <policy>', 'only those of this policy')
    .option('--team <team>', 'only those of this team')
    .option('--person <person>', 'only those that this person was told of')
    .option('--limit <count>', 'how many', '50')
    .action(async ({ output: _output, ...query }: Record<string, string>) => {
      const { state, policy, team, person, limit } = query;
      const answer: { items: contract.Page[] } = await context.call(contract.listPages, {
        query: { state, policy, team, person, limit },
      });
      context.print(answer.items, columns);
    });
  page
    .command('show')
    .description('One page with who was told, every attempt, and what happened')
    .argument('<id>')
    .action(async (id: string) => {
      const found: contract.PageWhole = await context.call(contract.getPage, { params: { id } });
      context.print(found.timeline.length === 0 ? [found] : found.timeline, ['at', 'what', 'by', 'text']);
    });
  registerAnswers(page, context);
};

const registerCreate = (page: Command, context: CliContext): void => {
  page
    .command('create')
    .description('Page a team, a person, or by a policy')
    .requiredOption('--summary <text>', 'one sentence: what is wrong')
    .option('--details <text>', 'what whoever is woken must know; @FILE reads a file, @- standard input')
    .option('--team <team>', 'the team, by its policy')
    .option('--person <person>', 'one person')
    .option('--policy <policy>', 'an escalation policy')
    .option('--urgency <urgency>', 'high, or low: waits for working hours', 'high')
    .option('--dedup-key <key>', 'the same key while the page is open is the same page')
    .option('--service <service>', 'which service it is about: namespace/name')
    .option('--link <url>', 'where more stands')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline page create --team payments --summary "Cards are refused since 3:10"',
    )
    .action(async (said: Record<string, string>) => {
      const { summary, team, person, policy, urgency, dedupKey, service, link } = said;
      const details = said['details'] === undefined ? undefined : textOf(said['details']);
      const body = { summary, details, team, person, policy, urgency, dedupKey, service, link };
      const made: contract.PageWhole = await context.call(contract.raisePage, { body });
      context.print([made], columns);
    });
};

const registerAnswers = (page: Command, context: CliContext): void => {
  page
    .command('ack')
    .description('You are on it: nobody further is told')
    .argument('<id>')
    .action(async (id: string) =>
      context.print([await context.call(contract.acknowledgePage, { params: { id } })], columns),
    );
  page
    .command('resolve')
    .description('It is over')
    .argument('<id>')
    .option('--note <text>', 'what it was')
    .action(async (id: string, { note }: { note?: string }) =>
      context.print(
        [await context.call(contract.resolvePage, { params: { id }, body: note === undefined ? {} : { note } })],
        columns,
      ),
    );
  page
    .command('snooze')
    .description('Quiet for a while; then it begins anew')
    .argument('<id>')
    .requiredOption('--for <duration>', 'PT30M, PT8H')
    .action(async (id: string, options: { for: string }) => {
      const minutes = Math.ceil((secondsOf(options.for) ?? 0) / 60);
      if (minutes < 1) throw wrong('--for', 'a duration of at least a minute: PT30M');
      context.print([await context.call(contract.snoozePage, { params: { id }, body: { minutes } })], columns);
    });
  page
    .command('add')
    .description('Ask further people to help')
    .argument('<id>')
    .option('--person <person...>', 'people')
    .option('--team <team...>', 'teams')
    .option('--schedule <schedule...>', 'whoever is on call there')
    .option('--message <text>', 'what you ask of them')
    .action(async (id: string, { person = [], team = [], schedule = [], message }: Record<string, any>) => {
      const notify = [
        ...person.map((name: string) => ({ person: name })),
        ...team.map((name: string) => ({ team: name })),
        ...schedule.map((name: string) => ({ schedule: name })),
      ];
      if (notify.length === 0) throw wrong('--person', 'say whom: --person, --team or --schedule');
      context.print(
        [await context.call(contract.addResponders, { params: { id }, body: { notify, message } })],
        columns,
      );
    });
};

/** `leadline oncall audit` and `leadline oncall try`. */
export const registerOncallWords = (program: Command, context: CliContext): void => {
  const oncall =
    program.commands.find((command) => command.name() === 'oncall') ??
    program.command('oncall').description('On-call: what is owed, and who would be paged');
  oncall
    .command('audit')
    .description('Compare what is owed to people with what was attempted; exits with 1 where something is missing')
    .action(async () => {
      const report: contract.AuditReport = await context.call(contract.readAudit);
      if (report.findings.length > 0) {
        context.print(report.findings, ['what', 'since', 'page', 'text']);
        process.exitCode = 1;
      } else
        context.print([
          {
            at: report.at,
            ok: report.ok,
            owed: report.owed,
            attempted: report.attempted,
            auditor: auditorWords(report),
          },
        ]);
    });
  oncall
    .command('try')
    .description('Who would be paged by a policy, step by step with reasons; pages nobody')
    .argument('<policy>')
    .option('--at <instant>', 'when (RFC 3339); now where absent')
    .option('--urgency <urgency>', 'high or low', 'high')
    .action(async (name: string, { at, urgency }: Record<string, string>) => {
      const tried = await context.call(tryPolicy, { params: { name }, query: { at, urgency } });
      context.print(tried.steps, ['at', 'step', 'round', 'reason', 'text']);
    });
};

const auditorWords = ({ auditor }: contract.AuditReport): string => {
  if (auditor === null) return 'never looked: it runs as a process of its own (--run auditor)';
  if (auditor.silent) return `silent since ${auditor.at}`;
  return `${auditor.ok ? 'all well' : 'alarm'} at ${auditor.at}`;
};

const textOf = (said: string): string =>
  said.startsWith('@') ? readFileSync(said === '@-' ? 0 : said.slice(1), 'utf8') : said;

const wrong = (path: string, message: string): Refusal =>
  new Refusal({ status: 400, code: 'cli.wrong-option', title: `${path}: ${message}`, errors: [{ path, message }] });
