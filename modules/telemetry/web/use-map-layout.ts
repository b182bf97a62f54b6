import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import type { DrawnMap } from './map-fold.ts';
import type { LayoutAnswer, LayoutRequest } from './map-layout.ts';

export interface PlacedMap {
  readonly map: DrawnMap;
  readonly layout: LayoutAnswer;
}

/**
 * Places a map in a worker. While a new one is placed the old one stays; fresh figures of the same nodes and edges keep
 * their places and need no layout.
 */
export const useMapLayout = (map: () => DrawnMap | null): ShallowRef<PlacedMap | null> => {
  const placed = shallowRef<PlacedMap | null>(null);
  const worker = new Worker(new URL('./map-layout.worker.ts', import.meta.url), { type: 'module' });
  let serial = 0;
  let asked: { readonly shape: string; readonly map: DrawnMap } | null = null;

  worker.addEventListener(
    'message',
    (event: MessageEvent<{ readonly serial: number; readonly answer: LayoutAnswer }>) => {
      if (event.data.serial === serial && asked) placed.value = { map: asked.map, layout: event.data.answer };
    },
  );
  watch(
    map,
    (next) => {
      if (!next) return;
      const request = requestOf(next);
      const shape = JSON.stringify(request);
      if (asked?.shape === shape) {
        asked = { shape, map: next };
        if (placed.value) placed.value = { map: next, layout: placed.value.layout };
        return;
      }
      asked = { shape, map: next };
      serial += 1;
      worker.postMessage({ serial, request });
    },
    { immediate: true },
  );
  onScopeDispose(() => worker.terminate());
  return placed;
};

const requestOf = (map: DrawnMap): LayoutRequest => ({
  nodes: map.nodes.map((node) => node.id),
  edges: map.edges.map((edge) => [edge.source, edge.target] as const),
});
