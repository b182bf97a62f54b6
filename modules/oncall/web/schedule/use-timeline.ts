import { computed, type ComputedRef } from 'vue';
import { useUrlText } from '../../../../ui/use-url-text.ts';
import { weeksFrom, weeksLater, type Span } from './timeline.ts';
import { fieldOf, instantOfField } from './zone-days.ts';

export type ZoneChoice = 'schedule' | 'mine' | 'utc';
export type WeeksChoice = '1' | '2' | '4';

/** What of a schedule is looked at: in the URL, so that a link shows the same. */
export const useTimeline = (scheduleZone: ComputedRef<string>) => {
  const [fromText, weeksText, zoneText, layersText] = ['from', 'weeks', 'zone', 'layers'].map((each) =>
    useUrlText(each),
  );
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zoneChoice = computed<ZoneChoice>({
    get: () => (zoneText!.value === 'mine' || zoneText!.value === 'utc' ? zoneText!.value : 'schedule'),
    set: (value) => (zoneText!.value = value === 'schedule' ? '' : value),
  });
  const zone = computed(() => ({ schedule: scheduleZone.value, mine, utc: 'UTC' })[zoneChoice.value]);
  const weeksChoice = computed<WeeksChoice>({
    get: () => (weeksText!.value === '1' || weeksText!.value === '4' ? weeksText!.value : '2'),
    set: (value) => (weeksText!.value = value === '2' ? '' : value),
  });
  const fromMs = computed(
    () => (fromText!.value === '' ? null : instantOfField(`${fromText!.value}T00:00`, zone.value)) ?? Date.now(),
  );
  const weeks = computed(() => weeksFrom(fromMs.value, Number(weeksChoice.value), zone.value));
  const isLayered = computed<boolean>({
    get: () => layersText!.value === 'yes',
    set: (value) => (layersText!.value = value ? 'yes' : ''),
  });
  return {
    zone,
    zoneChoice,
    weeksChoice,
    weeks,
    isLayered,
    mine,
    isToday: computed(() => fromText!.value === ''),
    span: computed<Span>(() => ({ fromMs: weeks.value[0]!.fromMs, toMs: weeks.value.at(-1)!.toMs })),
    /** So many pages of weeks on, or back. */
    move: (pages: number): void => {
      const to = weeksLater(fromMs.value, pages * Number(weeksChoice.value), zone.value);
      fromText!.value = fieldOf(to, zone.value).slice(0, 10);
    },
    today: (): void => {
      fromText!.value = '';
    },
  };
};

export type Timeline = ReturnType<typeof useTimeline>;
