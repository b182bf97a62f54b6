import { call } from '../../../ui/api.ts';
import { paletteItemsMax, type PaletteItem } from '../../../ui/palette-source.ts';
import { listServices } from '../contract.ts';

/** Services whose name has the text, for the palette; the worst first, each once. */
export const findServices = async (text: string, signal: AbortSignal): Promise<readonly PaletteItem[]> => {
  const { items } = await call(
    listServices,
    { query: { q: text || undefined, limit: 3 * paletteItemsMax } },
    { signal },
  );
  const names = [...new Set(items.map((item) => item.name))];
  return names.map((name) => ({
    label: name,
    icon: 'i-lucide-box',
    to: `/services/${encodeURIComponent(name)}`,
  }));
};
