import { ref } from 'vue';

/** Wide screens: the navigation is folded away. */
export const navigationFolded = ref(false);
/** Narrow screens: the navigation lies over the screen. */
export const navigationOpen = ref(false);

/** Width from which the navigation stands beside the screen, in px (Tailwind's `lg`, in this product's rem of 15 px). */
const besideFromPx = 960;

/** Folds or shows the navigation, whichever form the width calls for. */
export const toggleNavigation = (): void => {
  if (window.innerWidth >= besideFromPx) navigationFolded.value = !navigationFolded.value;
  else navigationOpen.value = !navigationOpen.value;
};
