import type { Clock } from '../../../../platform/clock/clock.ts';
import { words } from '../../domain/policy/alertmanager/receivers.ts';
import type { RouteNode } from '../../domain/policy/route.ts';
import { wireTime } from '../../domain/sources/alertmanager-wire.ts';
import type { InForce } from '../engine/in-force.ts';

export interface StatusGround {
  readonly clock: Pick<Clock, 'now'>;
  readonly inForce: InForce;
  /** Routes, inhibitions and times as an `alertmanager.yml`. */
  configuration(): Promise<string>;
}

/** Version of Alertmanager whose API this is: clients decide by it what they ask. */
const apiVersion = '0.28.0';
const uptimeMs = performance.now();

/** `alertmanagerStatus` of openapi.yaml. Processes share one database, so that there is no cluster to tell of. */
export const statusShown = async ({ clock, configuration }: StatusGround): Promise<Record<string, unknown>> => ({
  cluster: { name: '', status: 'disabled', peers: [] },
  config: { original: await configuration() },
  uptime: wireTime(clock.now().subtract({ milliseconds: Math.round(performance.now() - uptimeMs) })),
  versionInfo: {
    branch: 'leadline',
    buildDate: '',
    buildUser: 'leadline',
    goVersion: `Node.js ${process.version}`,
    revision: 'leadline',
    version: apiVersion,
  },
});

/** Every receiver of the exported configuration: what each route tells, and the owner of the service. */
export const receiversShown = async ({
  inForce,
}: Pick<StatusGround, 'inForce'>): Promise<readonly { readonly name: string; readonly labels: object }[]> => {
  const { tree } = await inForce();
  const names = new Set([words(tree.otherwise.to)]);
  const walk = (nodes: readonly RouteNode[]): void => {
    for (const { options, routes } of nodes) {
      names.add(words(options.to));
      walk(routes);
    }
  };
  walk(tree.routes);
  return [...names].toSorted().map((name) => ({ name, labels: {} }));
};
