import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take ten seconds and more on a quiet machine, the slowest first. Without a cache of earlier runs vitest
 * begins with the largest files, and these, short as they are, would run alone at the end while a core waits.
 */
const slow = [
  'e2e/objectives.journey.test.ts',
  'e2e/shop.journey.test.ts',
  'e2e/on-call.journey.test.ts',
  'e2e/heartbeats.journey.test.ts',
  'e2e/alert-rules.journey.test.ts',
  'bench/fault-ingest.db.test.ts',
  'bench/fault-paging.db.test.ts',
  'modules/objectives/server/count/spans.db.test.ts',
  'modules/objectives/server/evaluate/kills.db.test.ts',
  'e2e/takeover.db.test.ts',
  'e2e/access.db.test.ts',
  'modules/alerting/server/policy/policy.db.test.ts',
  'modules/oncall/server/pages/engine-faults.db.test.ts',
  'modules/alerting/server/rules/kills.db.test.ts',
  'modules/delivery/server/failover.db.test.ts',
  'modules/delivery/server/sender-faults.db.test.ts',
  'modules/objectives/server/evaluate/transitions.db.test.ts',
];

/** The order of a run: what is slow first, then as vitest has it. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = slow.findIndex((file) => moduleId.endsWith(`/${file}`));
      return place < 0 ? slow.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
