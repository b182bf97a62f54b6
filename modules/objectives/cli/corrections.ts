import type { Command } from 'commander';
import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import {
  applyCorrection,
  correctionDocument,
  correctionKind as kinds,
  correctionState,
  decideCorrection,
  listCorrections,
  proposeCorrection,
  removeCorrection,
  type Correction,
} from '../contract/corrections.ts';
import { inSpec } from './in-spec.ts';

const columns = ['id', 'name', 'state', 'kind', 'of', 'from', 'to', 'rrule', 'createdBy', 'decidedBy', 'reason'];

/** `kind: Correction`: planned maintenance kept as code. */
export const correctionKind: DocumentKind = {
  kind: 'Correction',
  schema: correctionDocument,
  apply: async (context, document, name) => {
    const { spec } = correctionDocument.parse(document);
    return (await inSpec(context.call(applyCorrection, { params: { name }, body: spec }))).outcome;
  },
  remove: async (context, name) => {
    await context.call(removeCorrection, { params: { name } });
  },
  get: async (context, name) =>
    (await corrections(context, { named: true }))
      .filter(
        (each) => (name === null || each.name === name) && (each.state === 'proposed' || each.state === 'in-force'),
      )
      .map((each) => ({
        apiVersion: 'leadline.dev/v1',
        kind: 'Correction',
        metadata: { name: each.name },
        spec: {
          objectives: each.objectives,
          service: each.service,
          from: each.from,
          to: each.to,
          rrule: each.rrule,
          zone: each.zone,
          ...(each.traffic && { traffic: each.traffic }),
          kind: each.kind,
          reason: each.reason,
        },
      })),
};

/** `leadline get corrections` and `leadline correction propose | approve | refuse | withdraw`. */
export const registerCorrections = (program: Command, context: CliContext): void => {
  const get = program.commands.find((command) => command.name() === 'get')!;
  get
    .command('correction')
    .alias('corrections')
    .description('Time that is left out of budgets, newest first')
    .option('--objective <name>', 'only those that touch this objective')
    .option('--state <state>', correctionState.options.join(', '))
    .action(async (options: { objective?: string; state?: string }) => {
      context.print((await corrections(context, options)).map(row), columns);
    });
  const correction = program.command('correction').description('Leave planned maintenance out of budgets');
  const collect = (value: string, before: string[]): string[] => [...before, value];
  correction
    .command('propose')
    .description(
      'Exclude time, or some traffic of a time, from the budgets of objectives, or of all objectives of a service',
    )
    .option('--objective <name>', 'objective; may be given again', collect, [])
    .option('--service <service>', 'all objectives of this service')
    .requiredOption('--from <instant>', 'begin of the first time: 2026-12-01T22:00:00+01:00')
    .requiredOption('--to <instant>', 'its end')
    .option('--rrule <rule>', 'again and again, as RFC 5545 says it: FREQ=WEEKLY;BYDAY=SU')
    .option('--zone <zone>', 'on whose wall clock it repeats', 'UTC')
    .option('--operation <name>', 'only requests of this operation')
    .option('--environment <name>', 'only requests in this environment')
    .option(
      '--attribute <condition>',
      'only requests with this attribute: load.test=true; may be given again',
      collect,
      [],
    )
    .option('--kind <kind>', kinds.options.join(', '), 'maintenance')
    .requiredOption('--reason <words>', 'why this time does not count')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline correction propose --objective checkout-availability --from 2026-12-06T02:00:00+01:00 \\\n      --to 2026-12-06T04:00:00+01:00 --rrule "FREQ=WEEKLY;BYDAY=SU" --zone Europe/Berlin --reason "Weekly patches of the database"',
    )
    .action(async ({ objective, operation, environment, attribute, ...said }: Record<string, unknown>) => {
      const attributes = (attribute as string[]).map(conditionOf);
      const some = operation !== undefined || environment !== undefined || attributes.length > 0;
      const traffic = some ? { operation, environment, attributes } : null;
      const made: Correction = await context.call(proposeCorrection, {
        body: { ...said, objectives: objective, traffic },
      });
      context.print([row(made)], columns);
    });
  for (const decision of ['approve', 'refuse', 'withdraw'] as const)
    correction
      .command(decision)
      .argument('<id>')
      .description(
        { approve: 'Let it come into force', refuse: 'Say no to a proposed one', withdraw: 'Take it back' }[decision],
      )
      .option('--reason <words>', 'why', '')
      .action(async (id: string, { reason }: { reason: string }) => {
        const decided: Correction = await context.call(decideCorrection, {
          params: { id },
          body: { decision, reason },
        });
        context.print([row(decided)], columns);
      });
};

/** `load.test=true`, `http.response.status_code>=500`, `user.agent=~.*scanner.*`. */
const conditionOf = (text: string): { key: string; op: string; value: string } => {
  const found = /^([^=!<>~]+)(=~|!~|!=|<=|>=|=|<|>)(.*)$/s.exec(text);
  if (!found)
    throw new Refusal({
      status: 400,
      code: 'objectives.bad-condition',
      title: `${text} is no condition`,
      detail: 'Write KEY=VALUE, as load.test=true.',
    });
  return { key: found[1]!.trim(), op: found[2]!, value: found[3]!.trim() };
};

/** All pages. */
const corrections = async (context: CliContext, query: Record<string, unknown>): Promise<Correction[]> => {
  const items: Correction[] = [];
  for (let cursor: string | null = null; ;) {
    const page: { items: Correction[]; next: string | null } = await context.call(listCorrections, {
      query: { ...query, limit: 200, ...(cursor ? { cursor } : {}) },
    });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
};

const row = (each: Correction) => ({ ...each, of: each.service ?? each.objectives.join(' ') });
