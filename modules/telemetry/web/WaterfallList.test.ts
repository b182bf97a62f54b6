import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { aWebSpan } from './a-web-span.ts';
import { waterfallOf } from './waterfall-rows.ts';
import WaterfallList from './WaterfallList.vue';

const show = (spans: ReturnType<typeof aWebSpan>[], at = 0) => {
  const { spans: rows, durationMs } = waterfallOf(spans);
  return mount(WaterfallList, { props: { rows, folded: new Set<string>(), durationMs, at }, attachTo: document.body });
};

describe('a waterfall is read from top to bottom', () => {
  it('draws a screenful of ten thousand spans and says how many there are', () => {
    const list = show(Array.from({ length: 10_000 }, (_, at) => aWebSpan(`s${at}`, at === 0 ? null : 's0', at, 5)));
    expect(list.findAll('[role="row"]').length).toBeLessThan(100);
    expect(list.get('[role="treegrid"]').attributes('aria-rowcount')).toBe('10000');
  });

  it('says level, folding and failure to those who do not see it', () => {
    const list = show([aWebSpan('root', null, 0, 50), aWebSpan('child', 'root', 5, 20, { isError: true })]);
    const [root, child] = list.findAll('[role="row"]');
    expect(root!.attributes()).toMatchObject({ 'aria-level': '1', 'aria-expanded': 'true', 'aria-selected': 'true' });
    expect(child!.attributes('aria-level')).toBe('2');
    expect(child!.find('[aria-label="failed"]').exists()).toBe(true);
  });

  it('folds by the left arrow and moves by the down arrow', async () => {
    const list = show([aWebSpan('root', null, 0, 50), aWebSpan('child', 'root', 5, 20)]);
    const grid = list.get('[role="treegrid"]');
    await grid.trigger('keydown', { key: 'ArrowLeft' });
    await grid.trigger('keydown', { key: 'ArrowDown' });
    expect(list.emitted('toggle')).toEqual([['root']]);
    expect(list.emitted('select')).toEqual([['child']]);
  });

  it('leaves room after the longest bar for its length, whatever the width', () => {
    const list = show([aWebSpan('root', null, 0, 50), aWebSpan('late', 'root', 50, 0)]);
    const [root, late] = list.findAll('[role="row"]').map((row) => row.findAll('[role="gridcell"]')[1]!.html());
    expect(list.classes()).toEqual(expect.arrayContaining(['[--bars:74%]', 'sm:[--bars:88%]']));
    // The bar takes all of `--bars`, and the length stands where it ends.
    expect(root).toContain('left: calc(var(--bars) * 0); width: calc(var(--bars) * 1)');
    expect(root).toContain('style="left: calc(var(--bars) * 1);">50');
    expect(late).toContain('left: calc(var(--bars) * 0.997); width: calc(var(--bars) * 0.003)');
  });
});
