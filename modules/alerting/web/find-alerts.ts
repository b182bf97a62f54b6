import { call } from '../../../ui/api.ts';
import { paletteItemsMax, type PaletteItem } from '../../../ui/palette-source.ts';
import { listAlerts } from '../contract/alerts.ts';
import { statusWord } from './parts/alert-words.ts';

/** Screens of this module that have no entry of their own in the navigation. */
const places: readonly PaletteItem[] = [
  { label: 'Silences', suffix: 'what is held back', icon: 'i-lucide-bell-off', to: '/silences' },
  { label: 'Routes of alerts', suffix: 'who is told of what', icon: 'i-lucide-split', to: '/alert-routes' },
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
