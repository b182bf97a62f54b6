import { init } from 'virtual:nuxt-ui-icons';
import { addIcon } from './bundled-icon.ts';

/** Puts the icons that the build found in the sources into the page. */
export const installIcons = {
  install: (): void => {
    init((name, data) => addIcon(name, data));
  },
};
