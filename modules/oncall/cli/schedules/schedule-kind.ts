import { Refusal } from '../../../../kernel/problem.ts';
import type { CliContext, DocumentKind } from '../../../../platform/cli/context.ts';
import {
  deleteSchedule,
  getSchedule,
  listSchedules,
  putSchedule,
  scheduleDocument,
  type ScheduleAnswer,
  type ScheduleSummary,
} from '../../contract/schedules.ts';

/** `kind: Schedule` of Leadline's own documents: `spec` is what `PUT /api/v1/schedules/{name}` takes. */
export const scheduleKind: DocumentKind = {
  kind: 'Schedule',
  schema: scheduleDocument,
  replacesWhole: true,
  apply: async (context, document, name, file) => {
    const { spec } = scheduleDocument.parse(document);
    const body = { ...spec, origin: 'file', source: file ?? null };
    try {
      return (await context.call(putSchedule, { params: { name }, body })).outcome;
    } catch (error) {
      throw inSpec(error);
    }
  },
  remove: (context, name) => context.call(deleteSchedule, { params: { name } }),
  get: async (context, name) => {
    const names = name === null ? (await everySchedule(context)).map((each) => each.name) : [name];
    const found: unknown[] = [];
    for (const each of names) found.push(asDocument(await context.call(getSchedule, { params: { name: each } })));
    return found;
  },
};

/** All pages of the list. */
export const everySchedule = async (
  context: CliContext,
  query: Record<string, string> = {},
): Promise<ScheduleSummary[]> => {
  const items: ScheduleSummary[] = [];
  for (let cursor: string | null = null; ;) {
    const page: { items: ScheduleSummary[]; next: string | null } = await context.call(listSchedules, {
      query: { ...query, limit: 200, ...(cursor ? { cursor } : {}) },
    });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
};

/** What `apply` takes to say the same again. */
const asDocument = ({ name, spec }: ScheduleAnswer): unknown => ({
  apiVersion: 'leadline.dev/v1',
  kind: 'Schedule',
  metadata: { name },
  spec,
});

/** A field of the body is a field below `spec` in the file, so that a refusal names the line. */
const inSpec = (error: unknown): unknown => {
  if (!(error instanceof Refusal) || !error.problem.errors) return error;
  const errors = error.problem.errors.map(({ path, message }) => ({
    path: path.startsWith('body.') ? `spec.${path.slice('body.'.length)}` : path,
    message,
  }));
  return new Refusal({ ...error.problem, errors });
};
