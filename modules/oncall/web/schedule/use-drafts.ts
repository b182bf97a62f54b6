import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import type { TakeOver } from './TakeOverPanel.vue';
import { askDraft, everybody, type AskDraft } from '../cover/ask-draft.ts';
import { useHeld } from '../cover/use-cover.ts';
import type { Piece, Span } from './timeline.ts';
import { useGhost } from './use-schedule.ts';

const halfHourMs = 1_800_000;

/**
 * What is pulled over the timeline: an override, or a request for cover, never both. `ghost` is what would be; `open` is a request that
 * nobody took yet, so that its ghost has no name.
 */
export const useDrafts = (given: {
  readonly name: ComputedRef<string>;
  readonly span: ComputedRef<Span>;
  readonly me: ComputedRef<string | null>;
  readonly members: ComputedRef<readonly string[]>;
  /** May put people on call; who may not still asks for cover. */
  readonly mayChange: ComputedRef<boolean>;
  readonly mayEdit: ComputedRef<boolean>;
}) => {
  const { name, span, me, members } = given;
  const override = shallowRef<TakeOver | null>(null);
  const ask = shallowRef<AskDraft | null>(null);
  const mayAsk = computed(() => given.mayEdit.value || (me.value !== null && members.value.includes(me.value)));
  /** Whose shifts are asked to be covered at first: mine, else (an editor's) the first one's. */
  const asker = (): string =>
    me.value !== null && members.value.includes(me.value) ? me.value : (members.value[0] ?? '');
  const startAsk = (stretch: Span, person = asker()): void => {
    const { fromMs, toMs } = stretch;
    override.value = null;
    ask.value = ask.value
      ? { ...ask.value, fromMs, toMs }
      : askDraft(person, { fromMs, toMs: Math.max(toMs, fromMs + halfHourMs) });
  };
  const startOverride = (stretch: Span, person = ''): void => {
    const { fromMs, toMs } = stretch;
    ask.value = null;
    override.value = {
      person: override.value?.person ?? person,
      note: override.value?.note ?? '',
      fromMs,
      toMs: Math.max(toMs, fromMs + halfHourMs),
    };
  };
  const seen = useSeen(name, span, override, ask);
  return {
    override,
    ask,
    mayAsk,
    ...seen,
    chosen: computed<Span | null>(() => override.value ?? ask.value),
    startAsk,
    startOverride,
    /** A stretch was pulled over: what is filled in moves, else what may be done begins. */
    begin: (stretch: Span): void => {
      if (ask.value !== null || (override.value === null && !given.mayChange.value)) startAsk(stretch);
      else startOverride(stretch);
    },
    end: (): void => {
      [override.value, ask.value] = [null, null];
    },
  };
};

/** What would be if the draft came true: who instead of whom, which shifts would be given away, and how that looks. */
const useSeen = (
  name: ComputedRef<string>,
  span: ComputedRef<Span>,
  override: ShallowRef<TakeOver | null>,
  ask: ShallowRef<AskDraft | null>,
) => {
  const { data: preview } = useGhost(
    name,
    span,
    computed(() => {
      if (override.value === null) return null;
      const { person, fromMs, toMs } = override.value;
      return { person, fromMs, toMs, layer: null };
    }),
  );
  const changes = computed(() =>
    override.value !== null && override.value.person !== '' ? (preview.value?.changes ?? null) : null,
  );
  const heldOf = (of: () => { person: string; span: Span } | null) =>
    useHeld(
      name,
      computed(() => {
        const found = of();
        return found === null ? null : { person: found.person, fromMs: found.span.fromMs, toMs: found.span.toMs };
      }),
    ).data;
  const mine = heldOf(() => ask.value && { person: ask.value.person, span: ask.value });
  const taken = heldOf(() =>
    ask.value?.inReturn && ask.value.asked !== everybody ? { person: ask.value.asked, span: ask.value.inReturn } : null,
  );
  const held = computed(() => (ask.value === null ? null : (mine.value ?? null)));
  const ghost = computed<readonly Piece[]>(() => {
    if (ask.value === null) return (changes.value ?? []).map(({ from, to, after }) => ghostOf(after, { from, to }));
    const taker = ask.value.asked === everybody ? null : ask.value.asked;
    const { person, inReturn } = ask.value;
    const back = inReturn === null || taker === null ? [] : (taken.value ?? []);
    return [
      ...(held.value ?? []).map((shift) => ghostOf(taker, shift)),
      ...back.map((shift) => ghostOf(person, shift)),
    ];
  });
  return { changes, held, ghost };
};

const ghostOf = (person: string | null, { from, to }: { readonly from: string; readonly to: string }): Piece => ({
  person,
  layer: null,
  kind: 'ghost',
  fromMs: Date.parse(from),
  toMs: Date.parse(to),
});
