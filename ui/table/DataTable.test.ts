import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineComponent, h, nextTick, ref } from 'vue';
import { useRouter, type Router } from 'vue-router';
import { startKeyboard } from '../keys/keyboard.ts';
import type { Column } from './column.ts';
import DataTable from './DataTable.vue';

interface Row {
  readonly name: string;
  readonly rate: number | null;
}
const columns: readonly Column<Row>[] = [
  { id: 'name', label: 'Name', sortBy: (row) => row.name },
  { id: 'rate', label: 'Rate', downFirst: true, sortBy: (row) => row.rate },
];
const few: readonly Row[] = [
  { name: 'b', rate: 1 },
  { name: 'a', rate: null },
  { name: 'c', rate: 9 },
];

const show = (rows: readonly Row[]) => {
  let router!: Router;
  const selected = ref<ReadonlySet<string>>(new Set());
  const peeked: string[] = [];
  const wrapper = mount(
    defineComponent(() => {
      router = useRouter();
      return () =>
        h(DataTable<Row>, {
          label: 'Things',
          rows,
          columns,
          rowKey: (row: Row) => row.name,
          to: (row: Row) => `/things/${row.name}`,
          selectable: true,
          peekable: true,
          selected: selected.value,
          'onUpdate:selected': (next: ReadonlySet<string>) => (selected.value = next),
          onPeek: (row: Row) => peeked.push(row.name),
        });
    }),
    { attachTo: document.body },
  );
  const names = (): string[] => wrapper.findAll('tbody tr[data-row]').map((row) => row.findAll('td')[1]!.text());
  const press = async (key: string): Promise<void> => {
    (document.activeElement ?? document.body).dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
    );
    await nextTick();
    await nextTick();
  };
  return { wrapper, router, selected, peeked, names, press };
};

describe('a table is worked by keys alone', () => {
  let keyboard: { stop(): void };
  beforeEach(() => {
    keyboard = startKeyboard();
  });
  afterEach(() => {
    keyboard.stop();
    document.body.innerHTML = '';
  });

  it('moves by J, K and arrows, selects by X, peeks by Space, opens by Enter', async () => {
    const { router, selected, peeked, press } = show(few);
    await press('j');
    await press('j');
    expect(document.activeElement?.getAttribute('data-row')).toBe('1');
    await press('ArrowDown');
    await press('k');
    await press('x');
    expect([...selected.value]).toEqual(['a']);
    await press('x');
    expect(selected.value.size).toBe(0);
    await press(' ');
    expect(peeked).toEqual(['a']);
    await press('Enter');
    await router.isReady();
    await vi.waitFor(() => expect(router.currentRoute.value.path).toBe('/things/a'));
  });

  it('stays within the table at both ends', async () => {
    const { press } = show(few);
    await press('k');
    expect(document.activeElement?.getAttribute('data-row')).toBe('0');
    await press('End');
    await press('j');
    expect(document.activeElement?.getAttribute('data-row')).toBe('2');
  });

  it('keeps the order that it is given until a column is chosen; no value is last', async () => {
    const { wrapper, names } = show(few);
    expect(names()).toEqual(['b', 'a', 'c']);
    await wrapper.get('th:nth-of-type(3) button').trigger('click');
    expect(names()).toEqual(['c', 'b', 'a']);
    expect(wrapper.get('th:nth-of-type(3)').attributes('aria-sort')).toBe('descending');
  });

  it('draws a hundred rows of ten thousand and says how many there are', () => {
    const { wrapper, names } = show(Array.from({ length: 10_000 }, (_, at) => ({ name: `row ${at}`, rate: at })));
    expect(names().length).toBeLessThan(120);
    expect(wrapper.get('table').attributes('aria-rowcount')).toBe('10001');
  });
});
