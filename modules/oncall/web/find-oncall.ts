import { call } from '../../../ui/api.ts';
import { paletteItemsMax, type PaletteItem } from '../../../ui/palette-source.ts';
import { listPages } from '../contract/pages.ts';
import { listPolicies } from '../contract/policies.ts';
import { listSchedules } from '../contract/schedules.ts';

const open = { state: 'open', limit: 200 } as const;
const listed = { limit: 200 } as const;

/** Open pages, schedules and escalation policies whose name has the text, for the palette. */
export const findOncall = async (text: string, signal: AbortSignal): Promise<readonly PaletteItem[]> => {
  const [pages, schedules, policies] = await Promise.all([
    call(listPages, { query: open }, { signal }),
    call(listSchedules, { query: listed }, { signal }),
    call(listPolicies, { query: listed }, { signal }),
  ]);
  const wanted = text.trim().toLowerCase();
  const items: PaletteItem[] = [
    ...pages.items.map((page) => ({
      label: page.summary,
      suffix: page.state === 'triggered' ? 'open page' : 'acknowledged page',
      icon: 'i-lucide-siren',
      to: `/pages/${page.id}`,
    })),
    ...schedules.items.map((schedule) => ({
      label: schedule.title || schedule.name,
      suffix: 'schedule',
      icon: 'i-lucide-calendar-clock',
      to: `/schedules/${schedule.name}`,
    })),
    ...policies.items.map((policy) => ({
      label: policy.spec.title ?? policy.name,
      suffix: 'escalation policy',
      icon: 'i-lucide-trending-up',
      to: `/escalation-policies/${policy.name}`,
    })),
  ];
  return items
    .filter(({ label, to, suffix }) => `${label} ${to} ${suffix}`.toLowerCase().includes(wanted))
    .slice(0, paletteItemsMax);
};
