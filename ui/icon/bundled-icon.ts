import { defineComponent, h } from 'vue';

interface IconData {
  readonly body: string;
  readonly width?: number;
  readonly height?: number;
}

const icons = new Map<string, IconData>();
const plain = (name: string): string => name.replace(/^i-/, '').replace(':', '-');

/** Keeps one icon of the bundle under its name. Called once for each at start by the library's own loader. */
export const addIcon = (name: string, data: IconData): boolean => {
  icons.set(plain(name), data);
  return true;
};

export const iconLoaded = (name: string): boolean => icons.has(plain(name));

/**
 * Draws a bundled icon. Stands in for the library's part, which asks an icon host over the network for what it
 * does not know. Decorative unless the caller gives `aria-label`.
 */
export const Icon = defineComponent({
  name: 'BundledIcon',
  inheritAttrs: false,
  props: {
    icon: { type: String, required: true },
    mode: { type: String, default: 'svg' },
    customise: { type: Function, default: undefined },
    ssr: { type: Boolean, default: false },
    width: { type: [String, Number], default: undefined },
    height: { type: [String, Number], default: undefined },
  },
  setup(props, { attrs }) {
    return () => {
      const data = icons.get(plain(props.icon));
      if (!data) console.warn(`Icon ${props.icon} is not in the bundle; name it in apps/web/ui-options.ts.`);
      const named = attrs['aria-label'] !== undefined;
      return h('svg', {
        xmlns: 'http://www.w3.org/2000/svg',
        width: props.width ?? '1em',
        height: props.height ?? '1em',
        viewBox: `0 0 ${data?.width ?? 24} ${data?.height ?? 24}`,
        role: named ? 'img' : undefined,
        'aria-hidden': named ? undefined : 'true',
        focusable: 'false',
        ...attrs,
        innerHTML: data?.body ?? '',
      });
    };
  },
});
