import { canonicalText } from '../domain/canonical-indicator.ts';
import { compileChange, inKindOrder, type ChangeFinding, type CompiledChange } from '../domain/compile-change.ts';
import { objectiveLimits, type Objective } from '../domain/objective.ts';
import { annotationOf } from '../domain/openslo/annotations.ts';
import { differences, type Difference } from '../domain/openslo/differences.ts';
import { openSloKinds, type OpenSloDocument, type OpenSloKind } from '../domain/openslo/kinds.ts';
import { isError, errorAt } from '../domain/openslo/finding.ts';
import { Refusal } from '../../../kernel/problem.ts';
import type { Actor } from '../../../platform/http/http.ts';
import { newId } from '../../../platform/clock/id.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../catalog/server/public.ts';
import type { IdentityDoor } from '../../identity/server/public.ts';
import { hideSecrets, openSecrets, sealSecrets, withKeptSecrets } from './document-secrets.ts';
import { documentsAround, holds, knownObjectives, writeDocument, type KeptDocument } from './document-store.ts';
import { requireOwners } from './owners.ts';
import { keepRemaining } from './corrections/traffic-store.ts';
import * as store from './store.ts';
import type { ObjectivesTables } from './tables.ts';

/** What applying documents stands on. */
export interface ApplyGround extends Pick<Ground, 'postgres' | 'ledger' | 'clock'> {
  readonly identity: Pick<IdentityDoor, 'teamExists' | 'secrets'>;
  readonly catalog: Pick<CatalogDoor, 'ownerOf'>;
  /** What becomes of a change by hand to what a file made. */
  readonly handChanges: 'refuse' | 'override';
}

export const applyGroundOf = (
  { postgres, ledger, clock, config }: Ground,
  { identity, catalog }: Pick<ApplyGround, 'identity' | 'catalog'>,
): ApplyGround => ({ postgres, ledger, clock, identity, catalog, handChanges: config.values.handChanges });

export interface Application {
  /** Documents of any known form, in the order in which they were said. */
  readonly values: readonly unknown[];
  readonly origin: 'hand' | 'file';
  /** Where each of them stands: a file's name, or an address. */
  readonly sources: readonly (string | null)[];
  readonly dryRun: boolean;
}

export interface DocumentResult {
  readonly kind: OpenSloKind;
  readonly name: string;
  readonly outcome: 'created' | 'changed' | 'unchanged';
  readonly objectives: readonly string[];
  /** Field by field, secrets hidden. */
  readonly changes: readonly Difference[];
  /** True where a change by hand holds instead of what the file says. */
  readonly overridden: boolean;
}

export interface Applied {
  readonly items: readonly DocumentResult[];
  readonly notes: readonly ChangeFinding[];
}

/** Thrown where documents are wrong: all findings, by the number of the said document; the route turns them into a problem. */
export class WrongDocuments extends Error {
  readonly findings: readonly ChangeFinding[];
  constructor(findings: readonly ChangeFinding[]) {
    super(`${findings.length} errors in documents`);
    this.name = 'WrongDocuments';
    this.findings = findings;
  }
}

/**
 * Applies documents, all or nothing: reads them together with what is kept, refuses with everything that is wrong, and writes
 * documents, objectives, their versions and the ledger's events in one transaction. A dry run says what would happen.
 */
export const applyDocuments = (ground: ApplyGround, actor: Actor, said: Application): Promise<Applied> =>
  ground.postgres.transaction<ObjectivesTables, Applied>(async (tx) => {
    await store.lockDocuments(tx);
    const { change, kept } = await compileWithKept(ground, tx, said);
    const errors = change.findings.filter(isError);
    if (errors.length > 0) throw new WrongDocuments(errors);
    const steps = stepsOf(ground, change, kept, said);
    if (!said.dryRun) {
      await requireOwners(ground, tx, actor, steps, change.slos);
      const at = ground.clock.now();
      for (const step of steps) await writeStep(ground, tx, actor, step, at);
      await writeObjectives(ground, tx, actor, change.slos, at);
    }
    const items = steps.map((step): DocumentResult => ({
      kind: step.kind,
      name: step.name,
      outcome: step.outcome,
      objectives: (
        change.slos.find(({ document }) => step.kind === 'SLO' && document === step.name)?.objectives ?? []
      ).map(({ name }) => name),
      changes:
        step.outcome === 'unchanged'
          ? []
          : differences(step.present && hideSecrets(shown(step.present, said)), hideSecrets(step.body)),
      overridden: step.next.override !== null,
    }));
    return { items, notes: change.findings };
  });

/** Compiles documents together with what is kept and changes nothing; throws `WrongDocuments` with everything that is wrong. */
export const compileDocuments = (ground: ApplyGround, values: readonly unknown[]): Promise<CompiledChange> =>
  ground.postgres.transaction<ObjectivesTables, CompiledChange>(async (tx) => {
    const said = { values, origin: 'hand', sources: [], dryRun: true } as const;
    const { change } = await compileWithKept(ground, tx, said);
    const errors = change.findings.filter(isError);
    if (errors.length > 0) throw new WrongDocuments(errors);
    return change;
  });

/** What a change by hand is compared with is what holds; what a file says, with what it said before. */
const shown = (present: KeptDocument, { origin }: Application): unknown =>
  origin === 'hand' ? holds(present) : present.body;

const compileWithKept = async (
  ground: ApplyGround,
  tx: store.Tx,
  said: Application,
): Promise<{ change: CompiledChange; kept: readonly KeptDocument[] }> => {
  const objectives = await knownObjectives(tx);
  const alone = compileChange(said.values, { documents: [], objectives, ownerOf: () => null, complete: false });
  const names = alone.documents
    .map(({ document }) => document.metadata?.name)
    .filter((name) => typeof name === 'string');
  const withSlos = alone.documents.some(({ document }) => document.kind !== 'SLO' && document.kind !== 'Service');
  const kept = await documentsAround(tx, names, { withSlos });
  const known = { documents: kept.map(holds), objectives, complete: true };
  const wanted = new Set<string>();
  compileChange(said.values, { ...known, ownerOf: (service) => (wanted.add(service), null) });
  const owners = new Map<string, string | null>();
  for (const service of wanted) owners.set(service, await ground.catalog.ownerOf(service));
  const whole = { ...known, ownerOf: (service: string) => owners.get(service) ?? null };
  const read = compileChange(said.values, whole);
  const change = read.findings.some(isError) ? read : withOverrides(read, kept, said, whole);
  const findings = [...change.findings, ...(await missingTeams(ground, change)), ...tooMany(change, objectives)];
  return { change: { ...change, findings }, kept };
};

/** Where a change by hand goes on holding beside a file, objectives are made of it and not of what the file says. */
const withOverrides = (
  change: CompiledChange,
  kept: readonly KeptDocument[],
  said: Application,
  known: Parameters<typeof compileChange>[1],
): CompiledChange => {
  const overrideOf = ({ kind, metadata }: OpenSloDocument): OpenSloDocument | null =>
    kept.find((each) => each.kind === kind && each.name === metadata.name)?.override ?? null;
  if (said.origin === 'hand' || !change.documents.some(({ document }) => overrideOf(document))) return change;
  const holding = compileChange(
    change.documents.map(({ document }) => overrideOf(document) ?? document),
    known,
  );
  const findings = holding.findings
    .filter(isError)
    .map((each) => ({ ...each, said: change.documents[each.said]!.said }));
  return { ...change, slos: holding.slos, findings: [...change.findings, ...findings] };
};

const missingTeams = async (ground: ApplyGround, change: CompiledChange): Promise<ChangeFinding[]> => {
  const found: ChangeFinding[] = [];
  for (const { document, said } of change.documents) {
    const owner = annotationOf(document.metadata, 'owner');
    if (owner !== null && !(await ground.identity.teamExists(owner)))
      found.push({
        ...errorAt(
          ['metadata', 'annotations', 'leadline.dev/owner'],
          `there is no team ${owner}; apply it first (kind: Team)`,
        ),
        said,
      });
  }
  return found;
};

const tooMany = (change: CompiledChange, known: readonly { name: string }[]): ChangeFinding[] => {
  const names = new Set([
    ...known.map(({ name }) => name),
    ...change.slos.flatMap(({ objectives }) => objectives.map(({ name }) => name)),
  ]);
  return names.size <= objectiveLimits.objectivesMax || names.size === known.length
    ? []
    : [
        {
          ...errorAt([], `there would be ${names.size} objectives; at most ${objectiveLimits.objectivesMax} are kept`),
          said: 0,
        },
      ];
};

/** One document on its way: what was, what was said, and what will be kept. */
export interface Step {
  readonly kind: OpenSloKind;
  readonly name: string;
  readonly present: KeptDocument | null;
  /** As it was said, secrets in the clear. */
  readonly body: OpenSloDocument;
  readonly next: Pick<KeptDocument, 'kind' | 'name' | 'body' | 'origin' | 'source' | 'override'>;
  readonly outcome: 'created' | 'changed' | 'unchanged';
}

const stepsOf = (
  ground: ApplyGround,
  change: CompiledChange,
  kept: readonly KeptDocument[],
  said: Application,
): Step[] =>
  change.documents
    .map(({ document, said: index }): Step => {
      const { kind } = document;
      const { name } = document.metadata;
      const present = kept.find((each) => each.kind === kind && each.name === name) ?? null;
      const place = `${kind}/${name}`;
      const before = present && openSecrets(shown(present, said), ground.identity.secrets, place);
      const body = withKeptSecrets(withoutNothing(document), before) as OpenSloDocument;
      const same = before !== null && canonicalText(before) === canonicalText(body);
      const seal = (): OpenSloDocument => sealSecrets(body, ground.identity.secrets, place) as OpenSloDocument;
      const fromFile = present?.origin === 'file';
      if (said.origin === 'hand' && fromFile) {
        const override = overrideOf(ground, present, { body, same, seal, place });
        const next = { kind, name, body: present.body, origin: 'file' as const, source: present.source, override };
        return { kind, name, present, body, next, outcome: same ? 'unchanged' : 'changed' };
      }
      const source = said.origin === 'file' ? (said.sources[index] ?? null) : null;
      const unchanged = same && present?.origin === said.origin && present.source === source;
      const override = said.origin === 'file' ? (present?.override ?? null) : null;
      const next = { kind, name, body: same ? present!.body : seal(), origin: said.origin, source, override };
      return {
        kind,
        name,
        present,
        body,
        next,
        outcome: present === null ? 'created' : unchanged ? 'unchanged' : 'changed',
      };
    })
    .sort(inKindOrder(openSloKinds));

/** Fields without a value say nothing: they are not kept. */
const withoutNothing = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, inner: unknown) => inner ?? undefined));

const overrideOf = (
  ground: ApplyGround,
  present: KeptDocument,
  said: { body: OpenSloDocument; same: boolean; seal: () => OpenSloDocument; place: string },
): OpenSloDocument | null => {
  if (said.same) return present.override;
  if (ground.handChanges === 'refuse') throw madeFromFile(present);
  // Saying by hand what the file says takes the override away.
  const inFile = openSecrets(present.body, ground.identity.secrets, said.place);
  return canonicalText(inFile) === canonicalText(said.body) ? null : said.seal();
};

export const madeFromFile = (document: KeptDocument): Refusal =>
  new Refusal({
    status: 409,
    code: 'objectives.made-from-file',
    title: `${document.kind} ${document.name} is made from a file`,
    detail: `Change it in ${document.source ?? 'the file that it was applied from'} and apply that again. Whoever runs Leadline may let changes by hand be kept beside the file: setting handChanges: override.`,
  });

const writeStep = async (
  ground: ApplyGround,
  tx: store.Tx,
  actor: Actor,
  step: Step,
  at: Temporal.Instant,
): Promise<void> => {
  if (step.outcome === 'unchanged') return;
  await writeDocument(tx, step.next, { by: actor.name, at });
  await ground.ledger.append(tx, {
    kind: 'objective-document.described',
    subject: `objective-document:${step.kind}/${step.name}`,
    service: null,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    data: {
      outcome: step.outcome,
      origin: step.next.origin,
      source: step.next.source,
      override: step.next.override !== null,
      before: step.present === null ? null : hideSecrets(holds(step.present)),
      after: hideSecrets(step.next.override ?? step.body),
    },
  });
};

/** Saves the objectives of all documents that the change makes or touches, and takes away those that a document no longer makes. */
const writeObjectives = async (
  ground: ApplyGround,
  tx: store.Tx,
  actor: Actor,
  slos: CompiledChange['slos'],
  at: Temporal.Instant,
): Promise<void> => {
  let freed = false;
  for (const { document, objectives } of slos) {
    const before = await store.objectivesOfDocument(tx, document);
    for (const objective of objectives)
      freed = (await writeObjective(ground, tx, actor, document, objective, at)) || freed;
    for (const name of before.filter((each) => !objectives.some((objective) => objective.name === each))) {
      await removeObjective(ground, tx, actor, name);
      freed = true;
    }
  }
  await keepRemaining(tx, at);
  if (freed) await store.markUnused(tx, at);
};

const writeObjective = async (
  ground: ApplyGround,
  tx: store.Tx,
  actor: Actor,
  document: string,
  definition: Objective,
  at: Temporal.Instant,
): Promise<boolean> => {
  const saved = await store.saveObjective(
    tx,
    { id: newId(at.epochMilliseconds), document, definition },
    { by: actor.name, at },
  );
  if (!saved.changed) return false;
  await ground.ledger.append(tx, {
    kind: 'objective.described',
    subject: `objective:${definition.name}`,
    service: definition.service,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    data: { outcome: saved.before === null ? 'created' : 'changed', before: saved.before, after: saved.after },
  });
  return saved.before !== null;
};

/** Removes one objective, told on the ledger with what it was. */
export const removeObjective = async (ground: ApplyGround, tx: store.Tx, actor: Actor, name: string): Promise<void> => {
  const present = await store.lockObjective(tx, name);
  if (present === null) return;
  await store.removeObjective(tx, name);
  await ground.ledger.append(tx, {
    kind: 'objective.deleted',
    subject: `objective:${name}`,
    service: present.definition.service,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    data: { before: present.definition },
  });
};
