import { call } from '../../../ui/api.ts';
import { paletteItemsMax, type PaletteItem } from '../../../ui/palette-source.ts';
import { listObjectives } from '../contract.ts';
import { leftText } from './budget-words.ts';

/** Objectives whose name has the text, for the palette; the most endangered first. */
export const findObjectives = async (text: string, signal: AbortSignal): Promise<readonly PaletteItem[]> => {
  const { items } = await call(listObjectives, { query: { q: text || undefined, limit: paletteItemsMax } }, { signal });
  return items.map((item) => ({
    label: item.displayName,
    suffix: item.remainingRatio === null ? 'no data' : `${leftText(item.remainingRatio)} left`,
    icon: 'i-lucide-gauge',
    to: `/objectives/${item.name}`,
  }));
};
