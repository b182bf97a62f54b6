import { parseDocument, stringify } from 'yaml';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { IdentityDoor } from '../../../identity/server/public.ts';
import { configLimits, type ImportAnswer, type ImportAsked } from '../../contract/alertmanager-config.ts';
import { inhibitionSpec, routeSpec, type InhibitionSpec, type RouteSpec } from '../../contract/policy.ts';
import { exportConfig } from '../../domain/policy/alertmanager/config-export.ts';
import { importConfig } from '../../domain/policy/alertmanager/config-import.ts';
import { importSilences, type ImportedSilence } from '../../domain/policy/alertmanager/silences-import.ts';
import { matcherText } from '../../domain/policy/matcher.ts';
import { inhibitionFrom } from './in-force.ts';
import { refuseWrong, sameSpec, type Outcome, type PolicyGround } from './policy-ground.ts';
import { inhibitionProblems, patternProblems, routeProblems } from './problems.ts';
import { routeTreeOf } from './route-tree.ts';
import { putInhibition, putRoute, unknownIn } from './rules.ts';
import { silenceBy } from './silence-store.ts';
import { putSilence } from './silences.ts';
import { allInhibitions, allRoutes, databaseNow, inhibitionNamed, routeNamed } from './store.ts';
import type { PolicyDb, PolicyTables } from './tables.ts';

export interface ConfigGround extends PolicyGround {
  readonly identity: Pick<IdentityDoor, 'teamExists' | 'teams'>;
}

interface Documents {
  readonly route: { readonly name: string; readonly spec: RouteSpec };
  readonly inhibitions: readonly { readonly name: string; readonly spec: InhibitionSpec }[];
  readonly silences: readonly ImportedSilence[];
}

/** Makes what Alertmanager's files say. All of it is checked before any of it is made; doing it again changes nothing. */
export const importAlertmanager = async (
  ground: ConfigGround,
  actor: Actor,
  asked: ImportAsked,
): Promise<ImportAnswer> => {
  const db = ground.postgres.tables<PolicyTables>();
  const teams = (await ground.identity.teams()).map(({ name }) => name);
  const read = importConfig(readYaml(asked.config), { said: asked.receivers, teams });
  const { silences, findings } = importSilences(asked.silences, await databaseNow(db));
  const report = [...read.findings, ...findings].slice(0, configLimits.findingsShown);
  if (read.route === null) throw notReadable(report[0]?.why ?? 'there is no route');
  const { match, ...tree } = read.route;
  const said = routeSpec.safeParse({ ...tree, match, team: asked.team, order: asked.order });
  if (!said.success)
    refuseWrong(
      said.error.issues.map(({ path, message }) => ({ path: `route.${path.join('.')}`, message })),
      'route',
    );
  const documents: Documents = {
    route: { name: asked.name, spec: said.data! },
    inhibitions: read.inhibitions.map(({ name, spec }) => ({
      name,
      spec: inhibitionSpec.parse({ ...spec, team: asked.team }),
    })),
    silences,
  };
  await refuseAll(ground, db, documents);
  const made = asked.dryRun ? await wouldBe(db, asked, documents) : await make(ground, actor, asked, documents);
  return { dryRun: asked.dryRun, made, report };
};

/** Routes and inhibitions as the text of an `alertmanager.yml`. */
export const exportAlertmanager = async (db: PolicyDb): Promise<{ config: string; notes: string[] }> => {
  const routes = await allRoutes(db);
  const { config, notes } = exportConfig(routeTreeOf(routes), {
    inhibitions: (await allInhibitions(db)).map(inhibitionFrom),
    intervals: new Map(routes.map(({ name, spec }) => [name, spec.timeIntervals])),
  });
  const head = ['Written by Leadline.', ...notes].map((note) => `# ${note}\n`).join('');
  return { config: `${head}${stringify(config, { lineWidth: 0 })}`, notes: [...notes] };
};

const readYaml = (text: string): unknown => {
  const document = parseDocument(text, { merge: true });
  const [error] = document.errors;
  if (error) throw notReadable(`${error.message.split('\n')[0]}`);
  try {
    // Aliases may not make a small file a large one.
    return document.toJS({ maxAliasCount: 100 });
  } catch (thrown) {
    throw notReadable(thrown instanceof Error ? thrown.message : String(thrown));
  }
};

const notReadable = (why: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'alerting.bad-alertmanager-config',
    title: 'This is no alertmanager.yml that can be read',
    detail: why,
    errors: [{ path: 'body.config', message: why }],
  });

/** Everything that saving would refuse, said at once by its place in the file. */
const refuseAll = async (ground: ConfigGround, db: PolicyDb, documents: Documents): Promise<void> => {
  const { spec } = documents.route;
  const errors = [...routeProblems(spec), ...(await unknownIn(ground, db, spec))].map(({ path, message }) => ({
    path: path.replace(/^body/u, 'route'),
    message,
  }));
  for (const [index, { spec: rule }] of documents.inhibitions.entries())
    for (const { path, message } of inhibitionProblems(rule))
      errors.push({ path: path.replace(/^body/u, `inhibit_rules.${index}`), message });
  for (const { name, matchers } of documents.silences)
    errors.push(...matchers.flatMap((matcher) => patternProblems(matcher, `silences.${name}`)));
  refuseWrong(errors.slice(0, 200), 'alertmanager-config');
};

type Made = ImportAnswer['made'];

const make = async (ground: ConfigGround, actor: Actor, asked: ImportAsked, documents: Documents): Promise<Made> => {
  const { origin, source } = asked;
  const { name, spec } = documents.route;
  const made: Made = [];
  const { outcome } = await putRoute(ground, actor, name, { spec, origin, source });
  made.push({ kind: 'Route', name, outcome, document: spec });
  for (const each of documents.inhibitions) {
    const put = await putInhibition(ground, actor, each.name, { spec: each.spec, origin, source });
    made.push({ kind: 'Inhibition', name: each.name, outcome: put.outcome, document: each.spec });
  }
  for (const each of documents.silences) {
    const { matchers, from, to, why, who } = each;
    const put = await putSilence(ground, actor, {
      reference: each.name,
      asked: { matchers, from, to, duration: null, rrule: null, zone: null, why, who },
      origin,
      source,
    });
    made.push({ kind: 'Silence', name: each.name, outcome: put.outcome, document: documentOf(each) });
  }
  return made;
};

/** What making it would bring about, as far as the database tells now. */
const wouldBe = async (db: PolicyDb, { origin }: ImportAsked, documents: Documents): Promise<Made> => {
  const { name, spec } = documents.route;
  const outcomeOf = (present: { spec: unknown; origin: string } | undefined, next: unknown): Outcome =>
    !present ? 'created' : sameSpec(present.spec, next) && present.origin === origin ? 'unchanged' : 'changed';
  const made: Made = [{ kind: 'Route', name, outcome: outcomeOf(await routeNamed(db, name), spec), document: spec }];
  for (const each of documents.inhibitions) {
    const outcome = outcomeOf(await inhibitionNamed(db, each.name), each.spec);
    made.push({ kind: 'Inhibition', name: each.name, outcome, document: each.spec });
  }
  for (const each of documents.silences) {
    const outcome = (await silenceBy(db, each.name)) ? 'unchanged' : 'created';
    made.push({ kind: 'Silence', name: each.name, outcome, document: documentOf(each) });
  }
  return made;
};

const documentOf = ({ matchers, from, to, why }: ImportedSilence) => ({
  match: matchers.map(matcherText),
  from: from.toString(),
  to: to.toString(),
  why,
});
