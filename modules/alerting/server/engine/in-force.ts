import { flapDefaults, type FlapSettings } from '../../domain/policy/flapping.ts';
import type { Inhibition } from '../../domain/policy/inhibition.ts';
import { parentDefaults, type Dependencies, type ParentSettings } from '../../domain/policy/parent-down.ts';
import { defaultOptions, type RouteTree } from '../../domain/policy/route.ts';
import type { Silence } from '../../domain/policy/silence.ts';
import type { AlertTx } from '../intake/tables.ts';

/** Routes, silences, inhibitions and what is known of services, as they are in force now. */
export interface PolicyInForce {
  /** Another one whenever a silence, an inhibition or a setting was changed: open alerts are then judged anew. */
  readonly version: string;
  readonly tree: RouteTree;
  readonly silences: readonly Silence[];
  readonly inhibitions: readonly Inhibition[];
  readonly dependencies: Dependencies;
  readonly parents: ParentSettings;
  readonly flaps: FlapSettings;
  /**
   * What is in force instead by now, as this transaction sees it; null: it still is. Whoever took what waits asks before anything is
   * decided by it: what was said before an alert came holds for that alert.
   */
  changed(seen: AlertTx): Promise<PolicyInForce | null>;
}

/** Handed in by the policy part at start-up; asked each round, so it answers from memory while nothing changed. */
export type InForce = () => Promise<PolicyInForce>;

/** Only the owner of the service is known. */
export const nothingInForce: InForce = async () => ({
  version: '',
  tree: { routes: [], otherwise: defaultOptions },
  silences: [],
  inhibitions: [],
  dependencies: new Map(),
  parents: parentDefaults,
  flaps: flapDefaults,
  changed: async () => null,
});
