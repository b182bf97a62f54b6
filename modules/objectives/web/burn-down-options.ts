import type uPlot from 'uplot';
import { timeLabels } from '../../../ui/charts/axis-time.ts';
import { lonelyPoints } from '../../../ui/charts/uplot-options.ts';
import { leftBounds, leftMarks } from './burn-down.ts';

/** What the chart of a burn-down asks of the part that shows it; read at each drawing. */
export interface BurnDownLook {
  readonly nowMs: () => number;
  readonly markers: () => readonly { readonly atMs: number; readonly label: string }[];
  readonly onCursor: (index: number | null) => void;
  /** Absent: a burn cannot be chosen. */
  readonly onBrush?: ((fromMs: number, toMs: number) => void) | undefined;
}

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const faint = (colour: string, percent: number): string => `color-mix(in oklab, ${colour} ${percent}%, transparent)`;
const font = (size: number): string => `${size}px ${token('--font-sans')}`;
/** A brush shorter than this is a click. */
const brushPxMin = 5;
const narrowPx = 480;

/** A chart of what is left of a budget: the line, its straight continuation, and even spending beside it. */
export const burnDownOptions = (look: BurnDownLook, widthPx: number, heightPx: number): uPlot.Options => ({
  width: widthPx,
  height: heightPx,
  legend: { show: false },
  padding: [20, 20, 0, 0],
  cursor: { points: { size: 6 }, drag: { x: look.onBrush !== undefined, y: false, setScale: false, dist: brushPxMin } },
  scales: {
    // One point alone stands in the middle of an hour; the library would draw years.
    x: {
      time: true,
      range: (chart, from, to) =>
        (chart.data[0]?.length ?? 0) > 1 && to > from ? [from, to] : [from - 1_800, from + 1_800],
    },
    y: { range: (chart) => [...leftBounds(rows(chart))] as [number, number] },
  },
  axes: [
    {
      stroke: () => token('--ui-text-muted'),
      font: font(11),
      size: 24,
      space: widthPx < narrowPx ? 64 : 50,
      grid: { show: false },
      ticks: { show: false },
      values: (_chart, splits, _axis, _space, step) => timeLabels(splits, step),
    },
    {
      stroke: () => token('--ui-text-muted'),
      font: font(11),
      size: 54,
      splits: (chart) => leftMarks(leftBounds(rows(chart))),
      grid: { stroke: () => token('--line'), width: 1 },
      ticks: { show: false },
      values: (_chart, splits) => splits.map((left) => `${Math.round(left * 1_000) / 10} %`.replace('-', '−')),
    },
  ],
  series: [
    {},
    {
      stroke: () => token('--ui-primary'),
      width: 2,
      spanGaps: false,
      points: { show: true, size: 5, filter: (chart, index) => lonelyPoints(chart.data[index] as (number | null)[]) },
      fill: (chart) => ground(chart),
      fillTo: () => 0,
    },
    { stroke: () => token('--state-bad'), width: 1.5, dash: [4, 3], spanGaps: true, points: { show: false } },
    { stroke: () => token('--ui-text-dimmed'), width: 1, dash: [2, 3], spanGaps: true, points: { show: false } },
  ],
  hooks: {
    setCursor: [(chart) => look.onCursor(chart.cursor.idx ?? null)],
    setSelect: [(chart) => tellBrush(chart, look)],
    drawClear: [drawOverspent],
    draw: [(chart) => drawNow(chart, look.nowMs()), (chart) => drawMarkers(chart, look.markers())],
  },
});

const rows = (chart: uPlot): readonly (readonly (number | null)[])[] =>
  chart.data.slice(1) as unknown as readonly (readonly (number | null)[])[];

const ground = (chart: uPlot): CanvasGradient | string => {
  const { top, height } = chart.bbox;
  // Before the first layout there is no box, and a gradient of nothing throws.
  if (!Number.isFinite(top) || height <= 0) return 'transparent';
  const gradient = chart.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, faint(token('--ui-primary'), 22));
  gradient.addColorStop(1, faint(token('--ui-primary'), 3));
  return gradient;
};

const drawOverspent = (chart: uPlot): void => {
  const { ctx, bbox } = chart;
  const zero = chart.valToPos(0, 'y', true);
  ctx.save();
  ctx.fillStyle = faint(token('--state-bad'), 10);
  ctx.fillRect(bbox.left, zero, bbox.width, bbox.top + bbox.height - zero);
  ctx.restore();
};

const drawNow = (chart: uPlot, nowMs: number): void => {
  const { ctx, bbox } = chart;
  const x = Math.round(chart.valToPos(nowMs / 1_000, 'x', true));
  if (x < bbox.left || x > bbox.left + bbox.width - 2) return;
  ctx.save();
  ctx.strokeStyle = token('--ui-primary');
  ctx.lineWidth = devicePixelRatio;
  // The chart leaves the dashes of its last line behind.
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
};

const tellBrush = (chart: uPlot, look: BurnDownLook): void => {
  if (chart.select.width < brushPxMin) return;
  const fromMs = chart.posToVal(chart.select.left, 'x') * 1_000;
  const toMs = chart.posToVal(chart.select.left + chart.select.width, 'x') * 1_000;
  chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  if (toMs - fromMs >= 60_000) look.onBrush?.(Math.round(fromMs), Math.round(toMs));
};

/** Dotted lines with their names above the plot; a name that would stand on the one before is left out. */
const drawMarkers = (chart: uPlot, markers: ReturnType<BurnDownLook['markers']>): void => {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.font = font(11 * devicePixelRatio);
  ctx.textAlign = 'left';
  ctx.fillStyle = token('--ui-text-muted');
  ctx.strokeStyle = token('--ui-text-muted');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  let free = bbox.left;
  for (const marker of markers.toSorted((a, b) => a.atMs - b.atMs)) {
    const x = Math.round(chart.valToPos(marker.atMs / 1_000, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const wide = ctx.measureText(marker.label).width;
    const left = Math.min(x, bbox.left + bbox.width - wide);
    if (left < free) continue;
    ctx.fillText(marker.label, left, bbox.top - 6 * devicePixelRatio);
    free = left + wide + 8 * devicePixelRatio;
  }
  ctx.restore();
};
