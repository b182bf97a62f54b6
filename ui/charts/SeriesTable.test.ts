import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { formatRate } from '../format/quantity.ts';
import { alignSeries, type Series } from './series.ts';
import SeriesTable from './SeriesTable.vue';

describe('a chart can be read as a table', () => {
  it('lists steps with values, the newest first, and never shows a gap as zero', () => {
    const fromMs = Date.parse('2026-11-22T10:00:00Z');
    const at = (seconds: number): string => new Date(fromMs + seconds * 1_000).toISOString();
    const series: Series[] = [
      {
        label: 'requests',
        colour: 'accent',
        points: [
          [at(0), 5],
          [at(20), 7],
        ],
      },
      { label: 'last week', colour: 'faint', points: [[at(20), 0]] },
    ];
    const table = mount(SeriesTable, {
      props: {
        title: 'traffic',
        series,
        aligned: alignSeries({ series, fromMs, toMs: fromMs + 30_000, stepSeconds: 10 }),
        format: formatRate,
      },
    });
    expect(table.findAll('thead th').map((cell) => cell.text())).toEqual(['Time', 'requests', 'last week']);
    expect(table.findAll('tbody tr').map((row) => row.findAll('td').map((cell) => cell.text()))).toEqual([
      ['7/s', '0/s'],
      ['5/s', '–'],
    ]);
  });
});
