import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { Refusal } from '../../../kernel/problem.ts';
import { durationOf, secondsOf } from '../../../kernel/time-span.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import { readDocuments } from '../../../platform/cli/read-documents.ts';
import {
  getSuppression,
  listInhibitions,
  listRoutes,
  routeDocument,
  type AlertRoute,
  type InhibitionAnswer,
} from '../contract/policy.ts';
import * as silences from '../contract/silences.ts';
import { tryRoutes } from '../contract/try-routes.ts';
import { secondsOfPrometheus } from '../domain/policy/alertmanager/prometheus-duration.ts';
import { targetName } from '../domain/policy/alertmanager/receivers.ts';
import { pages } from './policy-kinds.ts';

/** `leadline silence …`, `leadline route …`, `leadline inhibition …`, `leadline suppression`. */
export const registerPolicy = (program: Command, context: CliContext): void => {
  registerSilences(program, context);
  registerRoutes(program, context);
  registerInhibitions(program, context);
  program
    .command('suppression')
    .description('How far flapping and the service map hold alerts back')
    .action(async () => {
      const found: Record<string, any> = await context.call(getSuppression);
      const rows = ['parentDown', 'flapping'].flatMap((part) =>
        Object.entries(found[part] as Record<string, unknown>).map(([setting, value]) => ({
          setting: `${part}.${setting}`,
          value,
        })),
      );
      context.print(rows, ['setting', 'value']);
    });
};

const silenceColumns = ['id', 'name', 'state', 'match', 'from', 'to', 'rrule', 'endsAt', 'who', 'why'];

const registerSilences = (program: Command, context: CliContext): void => {
  const silence = program
    .command('silence')
    .description('Silences: alerts that wake nobody for a time, with who and why');
  silence
    .command('list')
    .description('Silences, newest first')
    .option('--state <state>', 'live (pending and active), pending, active, expired or all', 'live')
    .option('--label <name=value...>', 'only those that would hold back an alert with these labels')
    .action(async (query: Record<string, unknown>) => {
      const found = await pages<silences.SilenceAnswer>(context, silences.listSilences, query);
      context.print(found.map(silenceRow), silenceColumns);
    });
  silence
    .command('show')
    .description('One silence with its next times')
    .argument('<id or name>')
    .action(async (reference: string) => {
      const found: silences.SilenceAnswer = await context.call(silences.getSilence, { params: { silence: reference } });
      context.print([silenceRow(found)], [...silenceColumns, 'next', 'expiredBy']);
    });
  silence
    .command('add')
    .description('Silence alerts by their labels')
    .argument('<matchers...>', 'such as service=~"shop/.*" and severity!=critical; all of them must hold')
    .requiredOption('--why <words>', 'why nobody needs to be told')
    .option('--for <duration>', 'how long: 2h, 30m, or PT2H')
    .option('--until <instant>', 'until when: 2026-12-01T06:00:00+01:00')
    .option('--from <instant>', 'from when; now where it is left out')
    .option('--rrule <rule>', 'again and again, as RFC 5545 says it: FREQ=WEEKLY;BYDAY=SU')
    .option('--zone <zone>', 'on whose clock the rule is read: Europe/Berlin')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline silence add service=shop/cart --for 2h --why "new disks"\n  $ leadline silence add \'alertname=~"Backup.*"\' --from 2026-12-06T02:00:00+01:00 --for 2h \\\n      --rrule "FREQ=WEEKLY;BYDAY=SU" --zone Europe/Berlin --why "weekly copy"',
    )
    .action(async (match: string[], options: Record<string, string | undefined>) => {
      const { why, until: to, from, rrule, zone } = options;
      const body = { match, why, to, from, rrule, zone, duration: durationSaid(options['for']) };
      const made: silences.SilenceAnswer = await context.call(silences.addSilence, { body });
      context.print([silenceRow(made)], silenceColumns);
    });
  silence
    .command('expire')
    .description('End silences now; what they held back and still fires is told')
    .argument('<id or name...>')
    .action(async (references: string[]) => {
      for (const reference of references) {
        await context.call(silences.expireSilence, { params: { silence: reference } });
        context.text(`${reference} has ended`);
      }
    });
};

const silenceRow = (each: silences.SilenceAnswer) => ({
  ...each,
  match: each.match.join(', '),
  next: each.next.map(({ from, to }) => `${from} to ${to}`).join(', '),
});

/** `2h`, as Prometheus and amtool have it, or an ISO 8601 duration. */
const durationSaid = (text: string | undefined): string | undefined => {
  if (text === undefined || secondsOf(text) !== null) return text;
  const seconds = secondsOfPrometheus(text);
  return seconds === null ? text : durationOf(seconds);
};

const registerRoutes = (program: Command, context: CliContext): void => {
  const route = program
    .command('route')
    .description('Routes: who is told of which alerts; made by `leadline apply -f`');
  route
    .command('list')
    .description('Routes in the order in which they are asked')
    .option('--team <team>', 'only those of this team')
    .action(async (query: { team?: string }) => {
      const found = await pages<AlertRoute>(context, listRoutes, query);
      const rows = found.map(({ name, spec, origin, changedBy }) => ({
        name,
        order: spec.order,
        match: spec.match.join(', '),
        to: spec.to === undefined ? 'the owner of the service' : spec.to.map(targetName).join(', ') || 'nobody',
        below: spec.routes.length,
        continue: spec.continue,
        origin,
        changedBy,
      }));
      context.print(rows, ['order', 'name', 'match', 'to', 'below', 'continue', 'origin', 'changedBy']);
    });
  route
    .command('try')
    .description('Who would be told of an alert, why and when; or what other routes would have changed. Tells nobody')
    .option('--label <name=value...>', 'labels of an alert')
    .option('--service <service>', 'its service')
    .option('--severity <severity>', 'critical, error, warning or info')
    .option('--alert <id>', 'an alert that there was')
    .option('--at <instant>', 'as if it were then')
    .option('-f, --file <file>', 'routes that are not saved yet, as if they were')
    .option('--without <name...>', 'as if these were deleted')
    .option('--days <count>', 'on all alerts of the last days, at most 30')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline route try --label alertname=Down --service shop/cart --severity critical\n  $ leadline route try -f routes.yaml --days 30',
    )
    .action(async (options: TryOptions) => {
      const routes = options.file === undefined ? [] : await routesIn(options.file);
      const proposal = { routes, without: options.without ?? [] };
      const body =
        options.days === undefined
          ? { ...alertSaid(options), ...proposal }
          : { days: Number(options.days), ...proposal };
      printTried(context, await context.call(tryRoutes, { body }));
    });
};

interface TryOptions {
  readonly label?: readonly string[];
  readonly service?: string;
  readonly severity?: string;
  readonly alert?: string;
  readonly at?: string;
  readonly file?: string;
  readonly without?: readonly string[];
  readonly days?: string;
}

const alertSaid = ({ label = [], service, severity, alert, at }: TryOptions) => {
  const labels = Object.fromEntries(
    label.map((said) => [said.slice(0, said.indexOf('=')), said.slice(said.indexOf('=') + 1)]),
  );
  return {
    alert: alert === undefined ? { labels, service, severity } : { id: alert },
    ...(at !== undefined && { at }),
  };
};

const routesIn = async (file: string): Promise<{ name: string; spec: unknown }[]> => {
  const { documents, errors } = readDocuments(await readFile(file, 'utf8'));
  const problems = errors.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const routes = documents.flatMap(({ kind, name, value, position }) => {
    if (kind !== 'Route') return [];
    const read = routeDocument.safeParse(value);
    if (read.success) return [{ name, spec: read.data.spec }];
    for (const { path, message } of read.error.issues) {
      const { line, column } = position(path);
      problems.push(`${file}:${line}:${column}: ${path.join('.')}: ${message}`);
    }
    return [];
  });
  if (problems.length > 0 || routes.length === 0)
    throw new Refusal({
      status: 422,
      code: 'alerting.bad-route',
      title: `${file} has no routes that can be tried`,
      detail: problems.join('; ') || 'It has no document of kind: Route.',
    });
  return routes;
};

const printTried = (context: CliContext, found: any): void => {
  if ('routes' in found) {
    const rows = [
      ...found.passedOver.map(({ route, why }: { route: string; why: string }) => ({ route, to: 'passed over', why })),
      ...found.routes.map((each: any) => ({
        route: each.route ?? '(owner)',
        to: each.to.map(({ name }: { name: string }) => name).join(', ') || 'nobody',
        urgency: each.urgency,
        when: each.when ?? 'not',
        why: `${each.reason}; ${each.whenReason}; ${each.group.reason}`,
      })),
      ...(found.silenced ? [{ route: '', to: 'nobody', when: found.silenced.until, why: found.silenced.reason }] : []),
    ];
    return context.print(rows, ['route', 'to', 'urgency', 'when', 'why']);
  }
  const rows = found.changes.map(({ before, after, count, examples }: any) => ({
    alerts: count,
    before: `${before.to.join(', ') || 'nobody'} (${before.urgency})`,
    after: `${after.to.join(', ') || 'nobody'} (${after.urgency})`,
    example: examples[0]?.summary ?? '',
  }));
  context.print(rows, ['alerts', 'before', 'after', 'example']);
  context.text(
    `${found.changed} of ${found.alerts} alerts since ${found.from} would have gone another way${found.truncated ? '; older ones were not looked at' : ''}.`,
  );
};

const registerInhibitions = (program: Command, context: CliContext): void => {
  program
    .command('inhibition')
    .description('Inhibitions: which alerts hold others back; made by `leadline apply -f`')
    .command('list')
    .description('Inhibitions by name')
    .action(async () => {
      const found = await pages<InhibitionAnswer>(context, listInhibitions);
      const rows = found.map(({ name, spec, origin, changedBy }) => ({
        name,
        source: spec.source.join(', '),
        target: spec.target.join(', '),
        equal: spec.equal.join(', '),
        origin,
        changedBy,
      }));
      context.print(rows, ['name', 'source', 'target', 'equal', 'origin', 'changedBy']);
    });
};
