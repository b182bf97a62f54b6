import { layoutMap, type LayoutRequest } from './map-layout.ts';

// The page's thread stays free while a large map is laid out.
globalThis.addEventListener(
  'message',
  (event: MessageEvent<{ readonly serial: number; readonly request: LayoutRequest }>) => {
    globalThis.postMessage({ serial: event.data.serial, answer: layoutMap(event.data.request) });
  },
);
