import { onScopeDispose, ref, type Ref } from 'vue';

/** The time of this browser, anew every `everyMs`: for what says how long something lasts. */
export const useNow = (everyMs = 5_000): Readonly<Ref<number>> => {
  const nowMs = ref(Date.now());
  const timer = setInterval(() => (nowMs.value = Date.now()), everyMs);
  onScopeDispose(() => clearInterval(timer));
  return nowMs;
};
