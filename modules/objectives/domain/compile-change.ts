import { problemOf } from './composite.ts';
import { placeOf, type Made } from './import/converted.ts';
import { understand } from './import/understand.ts';
import type { Objective } from './objective.ts';
import { referencesOf } from './openslo/alerts-of.ts';
import { compile, objectiveNames } from './openslo/compile.ts';
import type { OpenSloDocument, OpenSloKind } from './openslo/kinds.ts';
import { errorAt, isError, withoutRepeats, type Finding } from './openslo/finding.ts';
import { listAt, textAt, valueAt } from './openslo/json.ts';
import type { Surroundings } from './openslo/surroundings.ts';

/** What is known beside the documents of a change. */
export interface Known {
  /** Documents that are kept already. */
  readonly documents: readonly OpenSloDocument[];
  /** Objectives that are kept already, with the SLO document that made them. */
  readonly objectives: readonly {
    readonly name: string;
    readonly document: string;
    /** Other objectives that it is made of, where it is a journey. */
    readonly parts: readonly string[];
    /** How many indicators it has of its own. */
    readonly measured: number;
  }[];
  ownerOf(service: string): string | null;
  /** False where only files are known. */
  readonly complete: boolean;
}

/** What is wrong with (or should be known of) one of the documents that were said, by its number and its own places. */
export interface ChangeFinding extends Finding {
  readonly said: number;
}

export interface CompiledChange {
  /** Documents of OpenSLO v1 that the change makes, with the number of the one that was said. */
  readonly documents: readonly { readonly document: OpenSloDocument; readonly said: number }[];
  /** Objectives of every SLO document that the change makes or touches by a reference; complete where nothing is wrong. */
  readonly slos: readonly { readonly document: string; readonly objectives: readonly Objective[] }[];
  readonly findings: readonly ChangeFinding[];
}

interface Item {
  readonly made: Made;
  readonly document: OpenSloDocument;
  readonly said: number;
  /** The document as it was said. */
  readonly value: unknown;
}

/**
 * Reads documents of any known form together, as one change: each by itself, then their references to one another and to what is kept,
 * then the names of the objectives that they make. Says everything that is wrong at once.
 */
export const compileChange = (values: readonly unknown[], known: Known): CompiledChange => {
  const understood = values.map(understand);
  const findings: ChangeFinding[] = understood.flatMap((each, said) =>
    each.findings.map((finding) => ({ ...finding, said })),
  );
  const items: Item[] = understood.flatMap(({ documents }, said) =>
    documents.map((made) => ({ made, document: made.document as OpenSloDocument, said, value: values[said] })),
  );
  findings.push(...saidTwice(items));
  const next = nextDocuments(items, known);
  const around = surroundings(items, next, known);
  const slos = items
    .filter(({ document }) => document.kind === 'SLO')
    .map((item) => {
      const compiled = compile(item.document, around);
      findings.push(
        ...compiled.findings.map((finding) => ({
          ...finding,
          path: placeOf(item.made, finding.path, item.value),
          said: item.said,
        })),
      );
      return { document: nameOf(item.document), objectives: compiled.objectives };
    });
  const touched = touchedSlos(items, next).map((slo) => {
    const compiled = compile(slo.document, around);
    findings.push(...compiled.findings.filter(isError).map((finding) => brokenElsewhere(slo, finding)));
    return { document: nameOf(slo.document), objectives: compiled.objectives };
  });
  const all = [...slos, ...touched];
  findings.push(...nameTaken(items, all, known), ...journeyProblems(items, all, known));
  return {
    documents: items.map(({ document, said }) => ({ document, said })),
    slos: all,
    findings: unrepeated(findings),
  };
};

const nameOf = (document: unknown): string => textAt(document, 'metadata', 'name') ?? '';
const keyOf = (document: { kind: string }): string => `${document.kind} ${nameOf(document)}`;

const unrepeated = (findings: readonly ChangeFinding[]): ChangeFinding[] => {
  const numbers = [...new Set(findings.map(({ said }) => said))].sort((a, b) => a - b);
  return numbers.flatMap((said) =>
    withoutRepeats(findings.filter((each) => each.said === said)).map((finding) => ({ ...finding, said })),
  );
};

const saidTwice = (items: readonly Item[]): ChangeFinding[] => {
  const seen = new Set<string>();
  return items.flatMap(({ made, document, said, value }) => {
    const name = nameOf(document);
    if (name === '') return [];
    const twice = seen.has(keyOf(document));
    seen.add(keyOf(document));
    const words = `${document.kind} ${name} is said twice in this change; keep one of them, or give this one another name`;
    return twice ? [{ ...errorAt(placeOf(made, ['metadata', 'name'], value), words), said }] : [];
  });
};

const nextDocuments = (items: readonly Item[], known: Known): Map<string, OpenSloDocument> =>
  new Map(
    [...known.documents, ...items.map(({ document }) => document)].map((document) => [keyOf(document), document]),
  );

const surroundings = (
  items: readonly Item[],
  next: ReadonlyMap<string, OpenSloDocument>,
  known: Known,
): Surroundings => {
  const changed = new Set(
    items.filter(({ document }) => document.kind === 'SLO').map(({ document }) => nameOf(document)),
  );
  const objectives = new Set(known.objectives.filter(({ document }) => !changed.has(document)).map(({ name }) => name));
  for (const { document } of items)
    if (document.kind === 'SLO') objectiveNames(document).forEach((name) => objectives.add(name));
  return {
    find: (kind, name) => next.get(`${kind} ${name}`) ?? null,
    hasObjective: (name) => objectives.has(name),
    ownerOf: (service) => known.ownerOf(service),
    complete: known.complete,
  };
};

interface Touched {
  readonly document: OpenSloDocument;
  /** The changed document through which it is touched. */
  readonly through: Item;
}

/** Kept SLOs that the change does not say again, but which refer (perhaps through an alert policy) to something that it changes. */
const touchedSlos = (items: readonly Item[], next: ReadonlyMap<string, OpenSloDocument>): Touched[] => {
  const said = new Map(items.map((item) => [keyOf(item.document), item]));
  const throughPolicy = (name: string): Item | undefined => {
    const policy = next.get(`AlertPolicy ${name}`);
    const condition = listAt(policy, 'spec', 'conditions').map((each) => textAt(each, 'conditionRef'))[0];
    return said.get(`AlertPolicy ${name}`) ?? (condition ? said.get(`AlertCondition ${condition}`) : undefined);
  };
  const throughSource = (slo: unknown): Item | undefined =>
    sourcesOf(slo, next)
      .map((name) => said.get(`DataSource ${name}`))
      .find((item) => item !== undefined);
  return [...next.values()].flatMap((document) => {
    if (document.kind !== 'SLO' || said.has(keyOf(document))) return [];
    const through =
      referencesOf(document)
        .map(({ kind, name }) => (kind === 'SLI' ? said.get(`SLI ${name}`) : throughPolicy(name)))
        .find((item) => item !== undefined) ?? throughSource(document);
    return through ? [{ document, through }] : [];
  });
};

/** Names of the data sources that an SLO asks, in it or in the SLIs that it refers to. */
export const sourcesOf = (slo: unknown, documents: ReadonlyMap<string, OpenSloDocument>): string[] => {
  const slis = referencesOf(slo)
    .filter(({ kind }) => kind === 'SLI')
    .map(({ name }) => documents.get(`SLI ${name}`));
  return [...new Set([slo, ...slis].flatMap(metricSourceRefs))];
};

const metricSourceRefs = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(metricSourceRefs);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'metricSourceRef' && typeof inner === 'string' ? [inner] : metricSourceRefs(inner),
  );
};

const brokenElsewhere = ({ document, through }: Touched, finding: Finding): ChangeFinding => ({
  ...errorAt(
    placeOf(through.made, ['metadata', 'name'], through.value),
    `would make SLO ${nameOf(document)} wrong, which refers to it: ${finding.path.join('.')} ${finding.message}`,
  ),
  said: through.said,
});

/** No two documents may make an objective of the same name: one would silently take the place of the other. */
const nameTaken = (items: readonly Item[], slos: CompiledChange['slos'], known: Known): ChangeFinding[] => {
  const changed = new Set(slos.map(({ document }) => document));
  const owner = new Map(
    known.objectives.filter(({ document }) => !changed.has(document)).map(({ name, document }) => [name, document]),
  );
  return slos.flatMap(({ document, objectives }) =>
    objectives.flatMap(({ name }) => {
      const taken = owner.get(name);
      owner.set(name, document);
      const item = items.find((each) => each.document.kind === 'SLO' && nameOf(each.document) === document);
      if (taken === undefined || taken === document || !item) return [];
      const words = `makes an objective ${name}, which SLO ${taken} already makes; write another name`;
      return [{ ...errorAt(placeOf(item.made, ['metadata', 'name'], item.value), words), said: item.said }];
    }),
  );
};

/** Journeys may not be parts of themselves, and not be made of too many things. */
const journeyProblems = (items: readonly Item[], slos: CompiledChange['slos'], known: Known): ChangeFinding[] => {
  const all = new Map<string, Objective>([
    ...known.objectives.map((each): [string, Objective] => [each.name, standIn(each)]),
    ...slos.flatMap(({ objectives }) => objectives.map((each): [string, Objective] => [each.name, each])),
  ]);
  return items.flatMap(({ made, document, said, value }) => {
    const objective = document.kind === 'SLO' ? all.get(nameOf(document)) : undefined;
    const problem = objective && problemOf(objective, (name) => all.get(name));
    // An objective that is not there is said where it is named.
    if (!problem || problem.problem === 'unknown-objective') return [];
    const words =
      problem.problem === 'circle'
        ? `is a part of itself (${problem.names.join(' → ')}); take the objective that leads back away`
        : `measures more than ${problem.most} things in all; write fewer parts`;
    return [{ ...errorAt(placeOf(made, ['spec', 'objectives'], value), words), said }];
  });
};

/** A kept objective as far as journeys need it. */
const standIn = ({ name, parts, measured }: Known['objectives'][number]): Objective =>
  ({
    name,
    components: [
      ...parts.map((part) => ({ indicator: { kind: 'objective', name: part } })),
      ...Array.from({ length: measured }, () => ({ indicator: { kind: 'indicator' } })),
    ],
  }) as unknown as Objective;

/** Kinds in the order in which documents are shown and applied: what is referred to first. */
export const inKindOrder = (kinds: readonly OpenSloKind[]) => (a: { kind: string }, b: { kind: string }) =>
  kinds.indexOf(a.kind as OpenSloKind) - kinds.indexOf(b.kind as OpenSloKind);

/** Who else refers to a document: it may not be deleted while they do. */
export const usersOf = (
  kind: OpenSloKind,
  name: string,
  documents: readonly OpenSloDocument[],
): { kind: OpenSloKind; name: string }[] => {
  const all = new Map(documents.map((document) => [keyOf(document), document]));
  return documents.flatMap((document) => {
    if (document.kind === kind && nameOf(document) === name) return [];
    const refers =
      (document.kind === 'SLO' && referencesOf(document).some((each) => each.kind === kind && each.name === name)) ||
      (document.kind === 'SLO' && kind === 'DataSource' && sourcesOf(document, all).includes(name)) ||
      (document.kind === 'AlertPolicy' &&
        kind === 'AlertCondition' &&
        listAt(document, 'spec', 'conditions').some((each) => textAt(each, 'conditionRef') === name)) ||
      (document.kind === 'AlertPolicy' &&
        kind === 'AlertNotificationTarget' &&
        listAt(document, 'spec', 'notificationTargets').some((each) => valueAt(each, 'targetRef') === name));
    return refers ? [{ kind: document.kind, name: nameOf(document) }] : [];
  });
};
