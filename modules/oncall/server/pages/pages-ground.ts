import type { Ground } from '../../../../platform/module/ground.ts';
import type { DeliveryDoor } from '../../../delivery/server/public.ts';
import type { IdentityDoor } from '../../../identity/server/public.ts';
import type { PersonRules } from '../../domain/people/rules.ts';
import type { StepToCap } from '../load/hand-on.ts';
import type { Links } from './links.ts';

/** Who is on call, as the schedules part tells; the first is the one who is paged. */
export interface OnCallNow {
  readonly person: string;
  readonly kind: string;
}

/** What pages ask of the other parts of this module; handed in at start-up. */
export interface PagesDoors {
  readonly identity: Pick<IdentityDoor, 'secrets' | 'teamExists' | 'personByName' | 'linkSecrets'>;
  readonly delivery: DeliveryDoor;
  /** By schedule: empty where nobody is; a schedule that there is not is missing. */
  onCallOf(schedules: readonly string[], at: Temporal.Instant): Promise<ReadonlyMap<string, readonly OnCallNow[]>>;
  nextOnCall(schedule: string, at: Temporal.Instant): Promise<readonly OnCallNow[] | null>;
  rulesOf(names: readonly string[]): Promise<ReadonlyMap<string, PersonRules>>;
  /** Replaces whoever is beyond the cap of their team by the next in line, where the team says so. */
  handOn?<Step extends StepToCap>(steps: readonly Step[], at: Temporal.Instant): Promise<readonly Step[]>;
}

/** What the commands and the engine of pages stand on. */
export interface PagesGround extends Pick<Ground, 'postgres' | 'ledger' | 'log' | 'metrics'> {
  readonly doors: PagesDoors;
  readonly links: Links;
  /** Address that people open, without a slash at the end. */
  baseUrl(): string;
}
