import { computed, onBeforeUnmount, onMounted, ref, type ComputedRef, type Ref } from 'vue';
import { visibleRows } from './visible-rows.ts';

export interface FixedRows {
  readonly first: ComputedRef<number>;
  readonly last: ComputedRef<number>;
  readonly rowPx: ComputedRef<number>;
  /** Brings a row into view. */
  show(index: number): void;
}

/**
 * Which rows of a long list with one row height are drawn: those in view of the nearest ancestor with
 * `data-screen-scroller`, and a few around them. 10,000 rows cost as much as 60.
 */
export const useFixedRows = (options: {
  readonly count: () => number;
  readonly rowRem: number;
  readonly body: Readonly<Ref<HTMLElement | null>>;
}): FixedRows => {
  const topPx = ref(0);
  const heightPx = ref(0);
  const remPx = ref(15);
  let scroller: HTMLElement | null = null;
  let observer: ResizeObserver | null = null;

  const measure = (): void => {
    if (!scroller || !options.body.value) return;
    heightPx.value = scroller.clientHeight;
    topPx.value = scroller.getBoundingClientRect().top - options.body.value.getBoundingClientRect().top;
  };

  onMounted(() => {
    remPx.value = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 15;
    scroller = options.body.value?.closest<HTMLElement>('[data-screen-scroller]') ?? null;
    scroller?.addEventListener('scroll', measure, { passive: true });
    observer = new ResizeObserver(measure);
    if (scroller) observer.observe(scroller);
    measure();
  });
  onBeforeUnmount(() => {
    scroller?.removeEventListener('scroll', measure);
    observer?.disconnect();
  });

  const rowPx = computed(() => Math.round(options.rowRem * remPx.value));
  const window = computed(() =>
    visibleRows({ count: options.count(), rowPx: rowPx.value, topPx: topPx.value, heightPx: heightPx.value }),
  );
  return {
    first: computed(() => window.value.first),
    last: computed(() => window.value.last),
    rowPx,
    show: (index) => {
      if (!scroller || !options.body.value) return;
      const bodyTop = options.body.value.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      const rowTop = bodyTop + index * rowPx.value;
      const isAbove = rowTop < rowPx.value;
      const isBelow = rowTop + rowPx.value > scroller.clientHeight;
      if (isAbove || isBelow) {
        // The neighbour row comes just into view; a row far away comes into the middle, with what is around it.
        const distance = isAbove ? rowTop - rowPx.value : rowTop + rowPx.value - scroller.clientHeight;
        const isNext = Math.abs(distance) <= 2 * rowPx.value;
        scroller.scrollTop += isNext ? distance : rowTop - scroller.clientHeight / 2;
      }
      measure();
    },
  };
};
