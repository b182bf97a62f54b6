import type { IncomingAlert, Severity } from '../alert.ts';
import { fieldsOf, isObject, textOf } from './fields.ts';
import { incoming, tagEntries } from './incoming.ts';
import { instantOf } from './instants.ts';
import { parsedAs, refusedFor, type Parse } from './parsed.ts';

/**
 * Dynatrace's custom integration of problem notifications; the body is a template, so every field but the problem's id and state may
 * be missing. https://docs.dynatrace.com/docs/analyze-explore-automate/notifications-and-alerting/problem-notifications/webhook-integration
 */
export const parseDynatrace: Parse = (payload) => {
  if (!isObject(payload)) return refusedFor('', 'an object was expected');
  const fields = fieldsOf(payload);
  const problem = fields.text('ProblemID');
  const unique = fields.word('PID');
  if (problem === null && unique === null) return refusedFor('ProblemID', 'the id of the problem was expected');
  const state = (fields.text('State') ?? fields.text('ProblemStatus') ?? 'OPEN').toUpperCase();
  const action = actions[state];
  if (action === undefined) return refusedFor('State', 'OPEN, RESOLVED or MERGED was expected');
  const kind = fields.text('ProblemSeverity')?.toUpperCase() ?? null;
  const entities = entitiesOf(fields.peek('ImpactedEntities'));
  const service = entities.find(({ type }) => type === 'SERVICE') ?? null;
  const title = fields.text('ProblemTitle');
  return parsedAs(
    incoming({
      identity: [unique ?? problem],
      action,
      severity: severities[kind ?? ''] ?? 'error',
      summary: [title, problem === null ? null : `Dynatrace problem ${problem}`, 'Dynatrace problem'],
      labels: [
        ['alertname', title],
        ['problem_id', problem],
        ['problem_state', state],
        ['problem_severity', kind],
        ['problem_impact', fields.text('ProblemImpact')],
        ['entity', entities[0]?.name ?? fields.word('ImpactedEntity')],
        ['service', service?.name],
        ...tagEntries(fields.take('Tags')),
      ],
      annotations: [
        ['description', fields.text('ProblemDetailsText') ?? fields.text('ProblemDetails')],
        ['impacted_entities', entities.map(({ name }) => name).join(', ') || null],
        ['merged', state === 'MERGED' ? 'This problem was merged into another, which goes on.' : null],
        ...fields.rest(),
      ],
      service: service?.name ?? null,
      startsAt: instantOf(
        fields.peek('ProblemDetailsJSON', 'startTime') ?? fields.peek('ProblemDetailsJSONv2', 'startTime'),
      ),
      links: [['Problem in Dynatrace', fields.word('ProblemURL')]],
    }),
  );
};

const actions: Readonly<Record<string, IncomingAlert['action']>> = {
  OPEN: 'trigger',
  RESOLVED: 'resolve',
  CLOSED: 'resolve',
  MERGED: 'resolve',
};

/** Levels of the Problems API, worst first. */
const severities: Readonly<Record<string, Severity>> = {
  AVAILABILITY: 'critical',
  MONITORING_UNAVAILABLE: 'critical',
  ERROR: 'error',
  ERRORS: 'error',
  PERFORMANCE: 'warning',
  SLOWDOWN: 'warning',
  RESOURCE_CONTENTION: 'warning',
  RESOURCE: 'warning',
  CUSTOM_ALERT: 'warning',
  INFO: 'info',
};

interface Entity {
  readonly type: string;
  readonly name: string;
}

const entitiesOf = (value: unknown): readonly Entity[] =>
  (Array.isArray(value) ? value : []).flatMap((each: unknown): Entity[] => {
    if (!isObject(each)) return [];
    const id = textOf(each['entity']) ?? textOf(each['Entity']) ?? textOf(each['entityId']) ?? '';
    const name = textOf(each['name']) ?? textOf(each['Name']) ?? id;
    // `SERVICE-0123456789ABCDEF`: the type stands before the number where it is not said apart.
    const type = textOf(each['type']) ?? id.replace(/-[0-9A-F]+$/u, '');
    return name === '' ? [] : [{ type: type.toUpperCase(), name }];
  });
