import type uPlot from 'uplot';
import { timeLabels } from './axis-time.ts';
import type { ChartGroup } from './chart-group.ts';
import { greatest, type Series } from './series.ts';

/** A moment marked by a vertical line: a version that appeared. */
export interface Marker {
  readonly atMs: number;
  readonly label: string;
}

export interface ChartLook {
  readonly series: readonly Series[];
  readonly group: ChartGroup | null;
  readonly format: (value: number | null) => string;
  /** The axis reaches at least this, so that a flat nothing does not look like a mountain. */
  readonly topMin: number;
  /** The axis never reaches beyond this: 1 for a ratio. */
  readonly topMax: number;
  readonly markers: () => readonly Marker[];
  readonly onCursor: (index: number | null) => void;
}

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const strokeToken = {
  accent: '--ui-primary',
  muted: '--ui-text-muted',
  faint: '--ui-text-dimmed',
  bad: '--state-bad',
  warn: '--state-warn',
  good: '--state-good',
} as const;
const font = (): string => `11px ${token('--font-sans')}`;
/** A brush shorter than this is a click. */
const brushPxMin = 5;

/** Options of one time-series chart. Colours are read at each drawing, so that a change of theme only redraws. */
export const chartOptions = (look: ChartLook, widthPx: number, heightPx: number): uPlot.Options => ({
  width: widthPx,
  height: heightPx,
  legend: { show: false },
  padding: [8, 8, 0, 0],
  cursor: {
    points: { size: 6 },
    drag: { x: true, y: false, setScale: false, dist: brushPxMin },
    ...(look.group ? { sync: { key: look.group.syncKey, setSeries: false } } : {}),
  },
  scales: {
    x: { time: true },
    y: { range: (chart) => [0, topOf(chart, look)] },
  },
  axes: [
    {
      stroke: () => token('--ui-text-muted'),
      font: font(),
      size: 22,
      grid: { show: false },
      ticks: { show: false },
      values: (_chart, splits, _axis, _space, step) => timeLabels(splits, step),
    },
    {
      stroke: () => token('--ui-text-muted'),
      font: font(),
      size: 62,
      splits: (chart) => marksUpTo(chart.scales['y']?.max ?? 1),
      grid: { stroke: () => token('--line'), width: 1 },
      ticks: { show: false },
      values: (_chart, splits) => splits.map((value) => look.format(value)),
    },
  ],
  series: [{}, ...look.series.map(seriesOptions)],
  hooks: {
    setCursor: [(chart) => look.onCursor(chart.cursor.idx ?? null)],
    setSelect: [(chart) => tellBrush(chart, look.group)],
    draw: [(chart) => drawMarkers(chart, look.markers())],
  },
});

const seriesOptions = (series: Series): uPlot.Series => {
  const stroke = (): string => token(strokeToken[series.colour]);
  return {
    label: series.label,
    stroke,
    width: series.dashed ? 1 : 1.5,
    spanGaps: false,
    points: { show: true, size: 4, filter: (chart, index) => lonelyPoints(chart.data[index] as (number | null)[]) },
    ...(series.dashed ? { dash: [3, 4] } : {}),
    ...(series.filled ? { fill: () => `color-mix(in oklab, ${stroke()} 14%, transparent)` } : {}),
  };
};

/** Indices of values with a gap on both sides: a line cannot show them, so they are drawn as points. */
export const lonelyPoints = (row: readonly (number | null)[]): number[] => {
  const isGap = (index: number): boolean => row[index] === null || row[index] === undefined;
  return [...row.keys()].filter((index) => !isGap(index) && isGap(index - 1) && isGap(index + 1));
};

const topOf = (chart: uPlot, look: ChartLook): number => {
  const most = greatest(chart.data.slice(1) as (number | null)[][]) ?? 0;
  return Math.min(look.topMax, Math.max(look.topMin, roundUp(most * 1.08)));
};

/** The next of 1, 1.5, 2, 3, 4, 5, 6, 8, 10 times a power of ten. */
export const roundUp = (value: number): number => {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * power >= value * 0.999_999) ?? 10;
  return step * power;
};

/** Three or four marks from zero to the top. */
const marksUpTo = (top: number): number[] => {
  const parts = [1.5, 3, 6].some((lead) => Math.abs(top / 10 ** Math.floor(Math.log10(top)) - lead) < 1e-6) ? 3 : 4;
  return Array.from({ length: parts + 1 }, (_, index) => (top * index) / parts);
};

const tellBrush = (chart: uPlot, group: ChartGroup | null): void => {
  if (!group || chart.select.width < brushPxMin) return;
  const fromMs = chart.posToVal(chart.select.left, 'x') * 1_000;
  const toMs = chart.posToVal(chart.select.left + chart.select.width, 'x') * 1_000;
  chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  if (toMs - fromMs >= 1_000) group.brush(Math.round(fromMs), Math.round(toMs));
};

const drawMarkers = (chart: uPlot, markers: readonly Marker[]): void => {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.font = `${11 * devicePixelRatio}px ${token('--font-sans')}`;
  ctx.fillStyle = token('--ui-text-muted');
  ctx.strokeStyle = token('--ui-text-muted');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const marker of markers) {
    const x = Math.round(chart.valToPos(marker.atMs / 1_000, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const right = x + ctx.measureText(marker.label).width + 10 > bbox.left + bbox.width;
    ctx.textAlign = right ? 'right' : 'left';
    ctx.fillText(marker.label, x + (right ? -4 : 4) * devicePixelRatio, bbox.top + 10 * devicePixelRatio);
  }
  ctx.restore();
};
