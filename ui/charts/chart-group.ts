import { inject, provide, type InjectionKey } from 'vue';

/** What the charts of one screen share: the cross-hair, and what a brush over any of them does. */
export interface ChartGroup {
  /** Name under which the charts move their cross-hairs together. */
  readonly syncKey: string;
  /** Called once for a brush, whichever chart it was made on. */
  brush(fromMs: number, toMs: number): void;
}

const groupKey: InjectionKey<ChartGroup> = Symbol('chart group');
let groups = 0;

/** Makes the charts below this part one group. `onBrush` gets the brushed stretch; usually it sets the time range. */
export const provideChartGroup = (onBrush: (fromMs: number, toMs: number) => void): void => {
  groups += 1;
  let told = false;
  provide(groupKey, {
    syncKey: `charts-${groups}`,
    brush: (fromMs, toMs) => {
      // Each chart of the group hears the same brush by the shared cursor.
      if (told) return;
      told = true;
      queueMicrotask(() => (told = false));
      onBrush(fromMs, toMs);
    },
  });
};

export const useChartGroup = (): ChartGroup | null => inject(groupKey, null);
