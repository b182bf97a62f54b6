import { onScopeDispose, shallowRef, watch, type Ref } from 'vue';

const typingMs = 250;

/** What a value is once a person stops typing: for questions to the server that follow a form. At once to begin with. */
export const useSettled = <Value>(value: Readonly<Ref<Value>>): Readonly<Ref<Value>> => {
  const settled = shallowRef(value.value);
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(value, (now) => {
    clearTimeout(timer);
    timer = setTimeout(() => (settled.value = now), typingMs);
  });
  onScopeDispose(() => clearTimeout(timer));
  return settled;
};
