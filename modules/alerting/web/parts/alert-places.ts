import type { SectionPlace } from '../../../../ui/section-place.ts';

/** The screens about alerts, as their tabs stand. */
export const alertPlaces: readonly SectionPlace[] = [
  {
    label: 'Inbox',
    to: '/alerts',
    icon: 'i-lucide-inbox',
    palette: { label: 'Inbox of alerts', suffix: 'what fires, what is held back, what is new' },
  },
  {
    label: 'Silences',
    to: '/silences',
    icon: 'i-lucide-bell-off',
    palette: { suffix: 'what is held back' },
  },
  {
    label: 'Routes',
    to: '/alert-routes',
    icon: 'i-lucide-split',
    palette: { label: 'Routes of alerts', suffix: 'who is told of what' },
  },
  {
    label: 'Rules',
    to: '/alert-rules',
    icon: 'i-lucide-ruler',
    palette: { label: 'Rules of alerts', suffix: 'what telemetry is judged by' },
  },
  {
    label: 'Integrations',
    to: '/integrations',
    icon: 'i-lucide-plug',
    palette: { suffix: 'where alerts come from, keys, payloads' },
  },
  {
    label: 'Noise',
    to: '/alert-noise',
    icon: 'i-lucide-volume-off',
    palette: { label: 'Noise of alerts', suffix: 'what nobody would miss' },
  },
];
