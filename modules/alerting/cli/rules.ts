import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import { readDocuments } from '../../../platform/cli/read-documents.ts';
import {
  deleteRule,
  getRule,
  listRules,
  previewRule,
  putRule,
  ruleDocument,
  type AlertRule,
  type JudgedGroup,
  type RulePreview,
} from '../contract/rules.ts';

/** `kind: AlertRule`: `spec` is what `PUT /api/v1/alert-rules/{name}` takes. */
export const ruleKind: DocumentKind = {
  kind: 'AlertRule',
  schema: ruleDocument,
  replacesWhole: true,
  apply: async (context, document, name, file) => {
    const { spec } = ruleDocument.parse(document);
    const body = { spec, origin: 'file', source: file ?? null };
    const answer: { outcome: 'created' | 'changed' | 'unchanged' } = await inDocument(
      context.call(putRule, { params: { name }, body }),
    );
    return answer.outcome;
  },
  remove: (context, name) => context.call(deleteRule, { params: { name } }),
  get: async (context, name) => (await rules(context, name)).map(asDocument),
};

const asDocument = ({ name, spec }: AlertRule): unknown => ({
  apiVersion: 'leadline.dev/v1',
  kind: 'AlertRule',
  metadata: { name },
  spec,
});

/** Fields that are refused are told where they stand in the document. */
const inDocument = async <Answer>(asked: Promise<Answer>): Promise<Answer> => {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof Refusal) || !error.problem.errors) throw error;
    const errors = error.problem.errors.map(({ path, message }) => ({ path: path.replace(/^body\./u, ''), message }));
    throw new Refusal({ ...error.problem, errors });
  }
};

const rules = async (
  context: CliContext,
  name: string | null,
  query: { team?: string; state?: string } = {},
): Promise<AlertRule[]> => {
  if (name !== null) {
    const found: { rule: AlertRule } = await context.call(getRule, { params: { name } });
    return [found.rule];
  }
  const items: AlertRule[] = [];
  for (let cursor: string | null = null; ;) {
    const page: { items: AlertRule[]; next: string | null } = await context.call(listRules, {
      query: { limit: 200, ...query, ...(cursor === null ? {} : { cursor }) },
    });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
};

/** `leadline alert-rule list|show|preview|delete`; made and changed by `leadline apply -f`. */
export const registerRules = (program: Command, context: CliContext): void => {
  const rule = program
    .command('alert-rule')
    .description('Alert rules: what fires by what is measured; made by `leadline apply -f`');
  rule
    .command('list')
    .description('Alert rules by name, with where each stands')
    .option('--team <team>', 'only those of this team')
    .option('--state <state>', 'ok, pending, firing, unknown, waiting or disabled')
    .action(async (query: { team?: string; state?: string }) => {
      const found = await rules(context, null, query);
      const rows = found.map(({ spec, unknown, ...each }) => ({
        ...each,
        severity: spec.severity,
        team: spec.team,
        why: unknown?.reason ?? '',
      }));
      context.print(rows, ['name', 'state', 'firing', 'severity', 'team', 'judgedAt', 'origin', 'why']);
    });
  rule
    .command('show')
    .description('How a rule judges each of its groups now, and what it decided lately')
    .argument('<name>')
    .action(async (name: string) => {
      const found: { groups: JudgedGroup[]; changes: { at: string; became: string; words: string }[] } =
        await context.call(getRule, { params: { name } });
      context.print(
        [
          ...found.groups.map(({ since, phase, words }) => ({ at: since, is: phase, why: words })),
          ...found.changes.map(({ at, became, words }) => ({ at, is: `became ${became}`, why: words })),
        ],
        ['at', 'is', 'why'],
      );
    });
  registerPreview(rule, context);
  rule
    .command('delete')
    .description('Delete a rule; what it fires is over')
    .argument('<name>')
    .action(async (name: string) => void (await context.call(deleteRule, { params: { name } })));
};

const registerPreview = (rule: Command, context: CliContext): void => {
  rule
    .command('preview')
    .description('When rules would have fired in the last days; nothing is kept or told')
    .argument('[name]', 'a rule that there is')
    .option('-f, --file <file>', 'rules in a file that need not be there yet')
    .option('--days <count>', 'how far back, at most 30', '7')
    .addHelpText('after', '\nExample:\n  $ leadline alert-rule preview -f disk-fills.yaml --days 30')
    .action(async (name: string | undefined, { file, days }: { file?: string; days: string }) => {
      for (const { called, spec } of await specsOf(context, name, file)) {
        const found: RulePreview = await inDocument(context.call(previewRule, { body: { spec, days: Number(days) } }));
        if (found.trouble !== null)
          throw new Refusal({ status: 422, code: 'alerting.rule-impossible', title: called, detail: found.trouble });
        const times = found.groups.flatMap(({ fired }) =>
          fired.map(({ from, to, words }) => ({ rule: called, from, to: to ?? 'still', why: words })),
        );
        const more = found.more === 0 ? '' : ` ${found.more} further groups are not listed.`;
        const whole = `Fired ${found.fired} times, ${Math.round(found.firingSeconds / 60)} min in all; judged each ${found.stepSeconds} s.${more}`;
        const rows = [...times, { rule: called, from: found.from, to: found.to, why: whole }];
        context.print(rows, ['rule', 'from', 'to', 'why']);
      }
    });
};

const specsOf = async (
  context: CliContext,
  name: string | undefined,
  file: string | undefined,
): Promise<{ readonly called: string; readonly spec: AlertRule['spec'] }[]> => {
  if (file !== undefined) {
    const { documents, errors } = readDocuments(await readFile(file, 'utf8'));
    const wrong = (title: string, detail: string): Refusal =>
      new Refusal({ status: 400, code: 'cli.wrong-rule', title, detail });
    for (const { line, message } of errors) throw wrong(`${file}:${line} cannot be read`, message);
    const own = documents.filter(({ kind }) => kind === 'AlertRule');
    if (own.length === 0) throw wrong(`${file} has no alert rule`, 'A rule is a document of `kind: AlertRule`.');
    return own.map((document) => {
      const read = ruleDocument.safeParse(document.value);
      if (read.success) return { called: read.data.metadata.name, spec: read.data.spec };
      const [issue] = read.error.issues;
      const { line } = document.position(issue!.path);
      throw wrong(`${file}:${line} is no alert rule`, `${issue!.path.join('.')}: ${issue!.message}`);
    });
  }
  if (name === undefined)
    throw new Refusal({ status: 400, code: 'cli.no-rule', title: 'Name a rule, or give a file with --file' });
  return (await rules(context, name)).map(({ name: called, spec }) => ({ called, spec }));
};
