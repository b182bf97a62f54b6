import type { Indicator } from '../../domain/indicator.ts';
import type { Objective } from '../../domain/objective.ts';
import type { Find } from '../evaluate/prepared.ts';

/** One thing that is measured below an objective. */
export interface Measured {
  readonly number: number;
  /** What the part is called where there are several; '' for the only one. */
  readonly part: string;
  readonly definition: Indicator;
}

/** Everything measured below an objective, each indicator once; journeys are followed down to what they measure. */
export const measuredBelow = (objective: Objective, find: Find): Measured[] => {
  const found = new Map<number, Measured>();
  const follow = (of: Objective, part: string, depth: number): void => {
    for (const { displayName, indicator } of of.components) {
      const name = part || displayName;
      if (indicator.kind === 'indicator') {
        if (!found.has(indicator.number))
          found.set(indicator.number, { number: indicator.number, part: name, definition: indicator.definition });
        continue;
      }
      const below = find(indicator.name);
      if (below && depth < depthMax) follow(below, name || below.displayName || below.name, depth + 1);
    }
  };
  follow(objective, '', 0);
  return [...found.values()];
};

/** Journeys of journeys; documents refuse circles, this bounds what is followed. */
const depthMax = 8;

/** Services whose requests are measured, and the one that the objective names. */
export const servicesOf = (objective: Objective, measured: readonly Measured[]): string[] => [
  ...new Set([
    ...(objective.service === null ? [] : [objective.service]),
    ...measured.flatMap(({ definition }) => {
      if (definition.kind === 'spans') return [definition.of.service];
      if (definition.kind === 'metric-ratio') return definition.total.service ?? [];
      return definition.kind === 'metric-threshold' || definition.kind === 'metric-within'
        ? (definition.of.service ?? [])
        : [];
    }),
  ]),
];
