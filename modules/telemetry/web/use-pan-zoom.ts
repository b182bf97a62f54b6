import { computed, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue';

const scaleMin = 0.15;
/** A map too large for its box opens no smaller than this, so that names can be read; the button fits all of it. */
const readableScale = 0.6;
const scaleMax = 2.5;
/** Moving further than this is a drag and no press. */
const dragPxMin = 4;

/** Moves and zooms a drawing of a known size inside the element `box`. */
export const usePanZoom = (
  box: Readonly<Ref<HTMLElement | null>>,
  size: () => { readonly width: number; readonly height: number },
  /** What to put in the middle where not all of it fits; null for the beginning. */
  centre: () => { readonly x: number; readonly y: number } | null,
) => {
  const view = ref({ x: 0, y: 0, scale: 1 });
  /** Until a person moves the map, it is fitted again when it or its box changes. */
  let isUntouched = true;

  const place = (smallest: number): void => {
    if (!box.value) return;
    const { width, height } = size();
    const { clientWidth, clientHeight } = box.value;
    const scale = Math.min(
      1,
      Math.max(smallest, Math.min(clientWidth / Math.max(width, 1), clientHeight / Math.max(height, 1))),
    );
    const middle = centre() ?? { x: Math.min(width / 2, clientWidth / scale / 2), y: height / 2 };
    const offset = (length: number, boxLength: number, at: number): number =>
      length * scale <= boxLength ? (boxLength - length * scale) / 2 : boxLength / 2 - at * scale;
    view.value = { scale, x: offset(width, clientWidth, middle.x), y: offset(height, clientHeight, middle.y) };
  };
  const fit = (): void => place(scaleMin);
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
  const { wasDrag, ...pointers } = dragging(view, () => {
    isUntouched = false;
  });

  let observer: ResizeObserver | null = null;
  onMounted(() => {
    place(readableScale);
    observer = new ResizeObserver(() => isUntouched && place(readableScale));
    if (box.value) observer.observe(box.value);
  });
  onBeforeUnmount(() => observer?.disconnect());
  watch(
    () => `${size().width} ${size().height}`,
    () => isUntouched && place(readableScale),
  );

  return {
    transform: computed(() => `translate(${view.value.x} ${view.value.y}) scale(${view.value.scale})`),
    zoom,
    fit,
    ...pointers,
    /** True right after a drag: the press that ends it chooses nothing. */
    wasDrag,
  };
};

/** Moves a view by the pointer. */
const dragging = (view: Ref<{ x: number; y: number; scale: number }>, onMoved: () => void) => {
  let drag: { readonly x: number; readonly y: number; moved: boolean } | null = null;
  let dragged = false;
  return {
    onPointerDown: (event: PointerEvent): void => {
      drag = { x: event.clientX - view.value.x, y: event.clientY - view.value.y, moved: false };
      dragged = false;
    },
    onPointerMove: (event: PointerEvent): void => {
      if (!drag || event.buttons === 0) return;
      const x = event.clientX - drag.x;
      const y = event.clientY - drag.y;
      if (!drag.moved && Math.hypot(x - view.value.x, y - view.value.y) < dragPxMin) return;
      drag.moved = true;
      dragged = true;
      onMoved();
      view.value = { ...view.value, x, y };
    },
    onPointerUp: (): void => {
      drag = null;
    },
    wasDrag: (): boolean => dragged,
  };
};
