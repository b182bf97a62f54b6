import { useQueryClient } from '@tanstack/vue-query';
import { ref } from 'vue';
import { call } from '../../../../ui/api.ts';
import { useNotices } from '../../../../ui/toasts.ts';
import { actOnAlerts, alertsLimits } from '../../contract/alerts.ts';
import { alertsKey, refreshAlerts } from './use-alerts.ts';
import { withActed, type Acted, type ActVerb, type Shown } from './with-acted.ts';

const doneWords: Readonly<Record<ActVerb, string>> = {
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  unacknowledge: 'no longer acknowledged',
  reopen: 'open again',
};
const inverse: Readonly<Partial<Record<ActVerb, ActVerb>>> = { acknowledge: 'unacknowledge', resolve: 'reopen' };

/** `1 alert acknowledged`, and what of the rest. */
export const actedText = (verb: ActVerb, changed: number, asked: number | null): string => {
  const done = doneWords[verb];
  if (verb === 'unacknowledge' || verb === 'reopen')
    return changed === 0 ? 'Nothing was to be taken back' : `${counted(changed)} ${done}`;
  if (changed === 0)
    return asked === 1 ? `It was ${done} already, or is over` : `All were ${done} already, or are over`;
  const text = `${counted(changed)} ${done}`;
  return asked !== null && changed < asked ? `${text}; ${asked - changed} already were, or are over` : text;
};
const counted = (count: number): string => `${count} ${count === 1 ? 'alert' : 'alerts'}`;

/**
 * Acknowledges or resolves, and takes that back: rows follow at once, the notice says what the server changed and undoes it, and what
 * failed is put back.
 */
export const useActs = () => {
  const queries = useQueryClient();
  const notices = useNotices();
  const busy = ref(false);
  const act = async (verb: ActVerb, acted: Acted): Promise<boolean> => {
    if (busy.value || ('ids' in acted && acted.ids.length === 0)) return false;
    busy.value = true;
    const before = queries.getQueriesData<Shown>({ queryKey: alertsKey });
    const at = new Date().toISOString();
    queries.setQueriesData<Shown>({ queryKey: alertsKey }, (shown) => withActed(shown, { verb, acted, at }));
    try {
      const changed = 'group' in acted ? await send(verb, { group: acted.group }) : await sendAll(verb, acted.ids);
      const back = inverse[verb];
      const undo = back === undefined || changed.length === 0 ? undefined : () => void act(back, { ids: changed });
      notices.done(sentenceCase(actedText(verb, changed.length, 'ids' in acted ? acted.ids.length : null)), undo);
      return true;
    } catch (cause) {
      for (const [key, shown] of before) queries.setQueryData(key, shown);
      notices.failed(`Not ${doneWords[verb]}`, cause);
      return false;
    } finally {
      busy.value = false;
      void refreshAlerts(queries);
    }
  };
  return { act, busy };
};

const send = async (verb: ActVerb, which: { ids: string[] } | { group: string }): Promise<readonly string[]> =>
  (await call(actOnAlerts, { body: { action: verb, ...which } })).changed;

/** A selection may be larger than one call takes. */
const sendAll = async (verb: ActVerb, ids: readonly string[]): Promise<readonly string[]> => {
  const changed: string[] = [];
  for (let at = 0; at < ids.length; at += alertsLimits.selected)
    changed.push(...(await send(verb, { ids: ids.slice(at, at + alertsLimits.selected) })));
  return changed;
};

const sentenceCase = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
