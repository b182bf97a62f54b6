import { call } from '../../../ui/api.ts';
import { paletteItemsMax, type PaletteItem } from '../../../ui/palette-source.ts';
import { listAlerts } from '../contract/alerts.ts';
import { alertPlaces } from './parts/alert-places.ts';
import { statusWord } from './parts/alert-words.ts';

/** Each screen about alerts, and what stands on one of them under a word of its own. */
const places: readonly PaletteItem[] = [
  ...alertPlaces.map(({ label, to, icon, palette }) => ({
    label: palette?.label ?? label,
    icon,
    to,
    ...(palette ? { suffix: palette.suffix } : {}),
  })),
  {
    label: 'Inhibitions',
    suffix: 'what holds back what',
    icon: 'i-lucide-shield',
    to: '/alert-routes?show=inhibitions',
  },
];

/** Screens about alerts, and active alerts whose summary has the text, for the palette. */
export const findAlerts = async (text: string, signal: AbortSignal): Promise<readonly PaletteItem[]> => {
  const wanted = text.trim().toLowerCase();
  const screens = places.filter(({ label, suffix }) => `${label} ${suffix}`.toLowerCase().includes(wanted));
  if (wanted === '') return screens;
  const found = await call(listAlerts, { query: { q: text.trim(), limit: paletteItemsMax } }, { signal });
  const alerts = found.items.map((alert) => ({
    label: alert.summary,
    suffix: `${statusWord(alert).toLowerCase()}${alert.service === null ? '' : `, ${alert.service}`}`,
    icon: 'i-lucide-bell-ring',
    to: `/alerts/${alert.id}`,
  }));
  return [...screens, ...alerts].slice(0, paletteItemsMax);
};
