import { computed, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue';

const scaleMin = 0.15;
const scaleMax = 2.5;
/** Moving further than this is a drag and no press. */
const dragPxMin = 4;

/** Moves and zooms a drawing of a known size inside the element `box`. */
export const usePanZoom = (box: Readonly<Ref<HTMLElement | null>>, size: () => { readonly width: number; readonly height: number }) => {
  const view = ref({ x: 0, y: 0, scale: 1 });
  let drag: { readonly x: number; readonly y: number; moved: boolean } | null = null;
  let dragged = false;
  /** Until a person moves the map, it is fitted again when it or its box changes. */
  let isUntouched = true;

  const fit = (): void => {
    if (!box.value) return;
    const { width, height } = size();
    const scale = Math.min(1, Math.max(scaleMin, Math.min(box.value.clientWidth / Math.max(width, 1), box.value.clientHeight / Math.max(height, 1))));
    view.value = { scale, x: (box.value.clientWidth - width * scale) / 2, y: (box.value.clientHeight - height * scale) / 2 };
    isUntouched = true;
  };
  const zoom = (factor: number, at?: { readonly clientX: number; readonly clientY: number }): void => {
    if (!box.value) return;
    const frame = box.value.getBoundingClientRect();
    const x = at ? at.clientX - frame.left : frame.width / 2;
    const y = at ? at.clientY - frame.top : frame.height / 2;
    const scale = Math.min(scaleMax, Math.max(scaleMin, view.value.scale * factor));
    const grown = scale / view.value.scale;
    view.value = { scale, x: x - (x - view.value.x) * grown, y: y - (y - view.value.y) * grown };
    isUntouched = false;
  };
  const onPointerDown = (event: PointerEvent): void => {
    drag = { x: event.clientX - view.value.x, y: event.clientY - view.value.y, moved: false };
    dragged = false;
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (!drag || event.buttons === 0) return;
    const x = event.clientX - drag.x;
    const y = event.clientY - drag.y;
    if (!drag.moved && Math.hypot(x - view.value.x, y - view.value.y) < dragPxMin) return;
    drag.moved = true;
    dragged = true;
    isUntouched = false;
    view.value = { ...view.value, x, y };
  };
  const onPointerUp = (): void => {
    drag = null;
  };

  let observer: ResizeObserver | null = null;
  onMounted(() => {
    fit();
    observer = new ResizeObserver(() => isUntouched && fit());
    if (box.value) observer.observe(box.value);
  });
  onBeforeUnmount(() => observer?.disconnect());
  watch(() => `${size().width} ${size().height}`, () => isUntouched && fit());

  return {
    transform: computed(() => `translate(${view.value.x} ${view.value.y}) scale(${view.value.scale})`),
    zoom,
    fit,
    onPointerDown,
    onPointerMove,
    onPointerUp,
    /** True right after a drag: the press that ends it chooses nothing. */
    wasDrag: (): boolean => dragged,
  };
};
