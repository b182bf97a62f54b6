import { chooseProvider, type Candidate, type Choice, type Tries } from '../../domain/choose-provider.ts';
import { laneOf, nobodysLane } from '../../domain/lane.ts';
import type { ActiveProvider, ActiveProviders } from '../providers/active.ts';
import type { OutgoingMessage } from '../public.ts';
import type { NextStep } from '../store/results.ts';
import type { TakenMessage } from '../store/sending.ts';

/** What the choice stands on: the providers as they are now, and who wants to be left alone. */
export interface ChoiceGround {
  readonly providers: () => ActiveProviders;
  readonly pausedSecondsOf: (lane: string) => number;
}

export const laneFor = (active: ActiveProvider, address: string): string =>
  laneOf(active.name, active.channel.hostOf?.(address) ?? null);

/** Who is asked next, with the lane that leads there; `active` is null when nobody is left. */
export const nextFor = (
  message: Pick<TakenMessage, 'channel' | 'address' | 'urgency' | 'tries' | 'fence'>,
  { providers, pausedSecondsOf }: ChoiceGround,
): { choice: Choice; active: ActiveProvider | null; lane: string } => {
  const all = providers().of(message.channel);
  const choice = chooseProvider({
    candidates: all.map((each): Candidate => ({
      name: each.name,
      pausedSeconds: pausedSecondsOf(laneFor(each, message.address)),
    })),
    tries: message.tries,
    urgency: message.urgency,
    takes: Number(message.fence),
    dice: Math.random(),
  });
  const active = choice.act === 'try' ? all.find(({ name }) => name === choice.provider)! : null;
  return { choice, active, lane: active ? laneFor(active, message.address) : nobodysLane };
};

/** Lane in which a new message begins. */
export const firstLane = (
  message: Pick<OutgoingMessage, 'channel' | 'address' | 'urgency'>,
  providers: () => ActiveProviders,
): string => nextFor({ ...message, tries: {}, fence: '0' }, { providers, pausedSecondsOf: () => 0 }).lane;

/** What is written of a message that is not called now. `served`: it waited for its next round already. */
export const stepTo = (
  message: Pick<TakenMessage, 'id' | 'fence' | 'expired'>,
  next: { readonly choice: Choice; readonly lane: string; readonly tries: Tries },
  about: { readonly served: boolean; readonly lastDetail: string | null; readonly called: boolean },
): NextStep => {
  const { choice, lane, tries } = next;
  const base = { id: message.id, fence: message.fence, tries, lane, called: about.called };
  const last = about.lastDetail === null ? '' : ` (last: ${about.lastDetail})`;
  if (message.expired) {
    const taken = Object.values(tries).some(({ out }) => out === 'taken');
    return taken
      ? { ...base, state: 'failed', afterSeconds: null, detail: giveUpWords['no-receipt'] }
      : { ...base, state: 'expired', afterSeconds: null, detail: `its time was over before it could leave${last}` };
  }
  if (choice.act === 'give-up')
    return { ...base, state: 'failed', afterSeconds: null, detail: `${giveUpWords[choice.reason]}${last}` };
  const afterSeconds = about.served && choice.reason === 'new-round' ? 0 : choice.afterSeconds;
  return { ...base, state: 'waiting', afterSeconds, detail: about.lastDetail };
};

const giveUpWords: Record<Extract<Choice, { act: 'give-up' }>['reason'], string> = {
  'no-provider': 'there is no provider for this channel',
  'all-refused': 'every provider refused it',
  'no-receipt': 'a provider took it, but no receipt came in time',
  'rounds-used-up': 'it was tried as often as it may be',
  'takes-used-up': 'it was taken up as often as it may be',
};
