import { Refusal } from '../../../../kernel/problem.ts';
import { storable } from '../../../../platform/ledger/storable.ts';
import type { AlertingGround } from '../ground.ts';
import type { SourceCall } from '../integrations/source.ts';

/** What Opsgenie's API stands on. */
export type OpsgenieGround = Pick<
  AlertingGround,
  'postgres' | 'http' | 'jobs' | 'clock' | 'identity' | 'oncall' | 'probes' | 'ledger'
>;

/** The body as JSON; nothing is an empty object, as clients send nothing to acknowledge. */
export const bodyOf = ({ body }: SourceCall): unknown => {
  if (body.length === 0) return {};
  try {
    const read: unknown = JSON.parse(body.toString('utf8'));
    return read === null ? {} : storable(read);
  } catch {
    throw new Refusal({ status: 400, code: 'alerting.malformed-json', title: 'Could not parse the request body' });
  }
};
