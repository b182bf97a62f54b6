import { inject, provide, ref, type InjectionKey, type Ref } from 'vue';
import { ApiProblem } from '../../../ui/api.ts';
import { cancelled } from './use-submit.ts';

/** Does something that needs a fresh proof of who one is: asks for it when the server says so, and then does it again. */
export type Confirmed = <Value>(work: () => Promise<Value>) => Promise<Value>;

const key: InjectionKey<Confirmed> = Symbol('confirmed');

/** Called by the screen that shows a ConfirmDialog; its parts then use `useConfirmed`. */
export const provideConfirmed = (): { open: Ref<boolean>; settle(confirmed: boolean): void } => {
  const open = ref(false);
  let answer: ((confirmed: boolean) => void) | null = null;
  const settle = (confirmed: boolean): void => {
    open.value = false;
    answer?.(confirmed);
    answer = null;
  };
  const ask = (): Promise<boolean> =>
    new Promise((resolve) => {
      answer = resolve;
      open.value = true;
    });
  provide(key, async (work) => {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof ApiProblem) || cause.problem.code !== 'identity.confirm-first') throw cause;
      if (!(await ask())) throw cancelled();
      return work();
    }
  });
  return { open, settle };
};

export const useConfirmed = (): Confirmed => inject(key, (work) => work(), false);
