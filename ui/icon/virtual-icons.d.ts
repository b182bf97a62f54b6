/** Made by the component library's Vite plugin from the icon names that stand in the sources. */
declare module 'virtual:nuxt-ui-icons' {
  export const init: (
    add: (name: string, data: { readonly body: string; readonly width?: number; readonly height?: number }) => void,
  ) => void;
}
