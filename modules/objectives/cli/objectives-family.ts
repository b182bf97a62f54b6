import { Refusal } from '../../../kernel/problem.ts';
import {
  FamilyRefusal,
  type CliContext,
  type DocumentFamily,
  type FamilyFinding,
} from '../../../platform/cli/context.ts';
import { applyObjectives, deleteObjective } from '../contract.ts';
import { deleteDocument } from '../contract/documents.ts';
import { compileChange } from '../domain/compile-change.ts';
import { isForObjectives, knownVersions } from '../domain/import/understand.ts';
import { openSloKinds, type OpenSloKind } from '../domain/openslo/kinds.ts';

/** Only what the files themselves say: what the server keeps is not asked. */
const alone = { documents: [], objectives: [], ownerOf: () => null, complete: false } as const;

const byHand = (kind: OpenSloKind) => (context: CliContext, name: string) =>
  context.call(deleteDocument, { params: { kind, name } });

/** OpenSLO's documents (all versions), Sloth's and Pyrra's: applied as one change, all or nothing. */
export const objectivesFamily: DocumentFamily = {
  versions: knownVersions,
  recognises: isForObjectives,
  check: (values) =>
    compileChange(values, alone).findings.map(({ said, path, message, level }) => ({
      document: said,
      path,
      message,
      level,
    })),
  apply: async (context, documents, { dryRun }) => {
    const body = {
      documents: documents.map(({ file, value }) => ({ source: file === '-' ? null : file, document: value })),
      origin: 'file',
      dryRun,
    };
    const { items } = await inFiles(() => context.call(applyObjectives, { body }));
    return (items as { kind: string; name: string; outcome: 'created' | 'changed' | 'unchanged'; changes: [] }[]).map(
      ({ kind, name, outcome, changes }) => ({ kind, name, result: outcome, changes }),
    );
  },
  remove: async (context, documents) => {
    const change = compileChange(
      documents.map(({ value }) => value),
      alone,
    );
    // What refers to others goes first.
    const order = openSloKinds.toReversed();
    const sorted = [...change.documents].sort(
      (a, b) => order.indexOf(a.document.kind) - order.indexOf(b.document.kind),
    );
    for (const { document } of sorted) {
      const params = { kind: document.kind, name: document.metadata.name };
      await context.call(deleteDocument, { params, query: { origin: 'file' } });
    }
  },
  named: {
    objective: (context, name) => context.call(deleteObjective, { params: { name } }),
    slo: byHand('SLO'),
    sli: byHand('SLI'),
    datasource: byHand('DataSource'),
    alertpolicy: byHand('AlertPolicy'),
    alertcondition: byHand('AlertCondition'),
    alertnotificationtarget: byHand('AlertNotificationTarget'),
  },
};

const place = /^body\.documents\.(\d+)\.document(?:\.(.*))?$/;

/** The server names documents by their number; the files are known here. */
const inFiles = async <Value>(work: () => Promise<Value>): Promise<Value> => {
  try {
    return await work();
  } catch (error) {
    const errors = error instanceof Refusal ? (error.problem.errors ?? []) : [];
    const findings = errors.flatMap(({ path, message }): FamilyFinding[] => {
      const match = place.exec(path);
      return match
        ? [{ document: Number(match[1]), path: (match[2] ?? '').split('.').filter(Boolean), message, level: 'error' }]
        : [];
    });
    throw findings.length > 0 && findings.length === errors.length ? new FamilyRefusal(findings) : error;
  }
};
