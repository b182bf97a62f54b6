import type { Ground } from '../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../catalog/server/public.ts';
import type { ChangesDoor } from '../../changes/server/public.ts';
import type { DeliveryDoor } from '../../delivery/server/public.ts';
import type { IdentityDoor } from '../../identity/server/public.ts';
import type { ObjectivesDoor } from '../../objectives/server/public.ts';
import type { OncallDoor } from '../../oncall/server/public.ts';
import type { ProbesDoor } from '../../probes/server/public.ts';
import type { TelemetryDoor } from '../../telemetry/server/public.ts';

/** Doors of the floors below that alerting stands on. */
export interface AlertingDoors {
  readonly identity: IdentityDoor;
  readonly catalog: CatalogDoor;
  readonly delivery: DeliveryDoor;
  readonly telemetry: TelemetryDoor;
  readonly probes: ProbesDoor;
  readonly oncall: OncallDoor;
  readonly objectives: ObjectivesDoor;
  readonly changes: ChangesDoor;
}

/** What every part of alerting stands on. */
export interface AlertingGround extends Ground, AlertingDoors {
  /** Address that people open, without a slash at the end. */
  baseUrl(): string;
}
