import { readFileSync } from 'node:fs';
import UButton from '@nuxt/ui/components/Button.vue';
import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';

/** WCAG 2.2, 1.4.3: text of the size of a button's. https://www.w3.org/TR/WCAG22/#contrast-minimum */
const contrastMin = 4.5;
const colours = ['primary', 'secondary', 'success', 'info', 'warning', 'error', 'neutral'] as const;
const variants = ['solid', 'outline', 'soft', 'subtle', 'ghost', 'link'] as const;
/** What buttons stand on. */
const grounds = ['--panel', '--canvas', '--hover'] as const;

type Theme = 'light' | 'dark';
/** Linear red, green, blue and the opacity, 0 to 1. */
type Colour = readonly [number, number, number, number];

const tokens = readFileSync('ui/tokens.css', 'utf8');
const library = readFileSync('node_modules/@nuxt/ui/dist/runtime/index.css', 'utf8');

/** Custom properties that hold in a theme: the library's, then ours, the dark ones above those of all. */
const valuesOf = (theme: Theme): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const css of [library, tokens]) {
    for (const wanted of ['all', theme]) {
      for (const [, selector, body] of css.matchAll(/([^{};]+)\{([^{}]*)\}/g)) {
        const dark = /\.dark\s*$/.test(selector!);
        if (/^\s*@(?:variant|keyframes)/.test(selector!) || dark !== (wanted === 'dark')) continue;
        for (const [, name, value] of body!.matchAll(/(--[\w-]+):\s*([^;]+)/g)) found.set(name!, value!.trim());
      }
    }
  }
  return found;
};

const linear = (channel: number): number => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);

/** https://bottosson.github.io/posts/oklab/ */
const fromOklab = (l: number, a: number, b: number, opacity: number): Colour => {
  const [x, y, z] = [
    (l + 0.3963377774 * a + 0.2158037573 * b) ** 3,
    (l - 0.1055613458 * a - 0.0638541728 * b) ** 3,
    (l - 0.0894841775 * a - 1.291485548 * b) ** 3,
  ] as const;
  const inGamut = (value: number): number => Math.min(1, Math.max(0, value));
  return [
    inGamut(4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z),
    inGamut(-1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z),
    inGamut(-0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z),
    opacity,
  ];
};

const toOklab = ([red, green, blue]: Colour): readonly [number, number, number] => {
  const x = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const y = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const z = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * x + 0.793617785 * y - 0.0040720468 * z,
    1.9779984951 * x - 2.428592205 * y + 0.4505937099 * z,
    0.0259040371 * x + 0.7827717662 * y - 0.808675766 * z,
  ];
};

const colourOf = (text: string, values: ReadonlyMap<string, string>): Colour => {
  const variable = /^var\((--[\w-]+)\)$/.exec(text);
  if (variable) return colourOf(values.get(variable[1]!) ?? `unknown ${variable[1]}`, values);
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1];
  if (hex) {
    const pairs = hex.length === 3 ? [...hex].map((digit) => digit + digit) : hex.match(/../g)!;
    const [red, green, blue] = pairs.map((pair) => linear(Number.parseInt(pair, 16) / 255));
    return [red!, green!, blue!, 1];
  }
  const oklch = /^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$/.exec(text);
  if (oklch) {
    const [lightness, chroma, hue] = oklch.slice(1).map(Number) as [number, number, number];
    const angle = (hue * Math.PI) / 180;
    return fromOklab(lightness, chroma * Math.cos(angle), chroma * Math.sin(angle), 1);
  }
  const mix = /^color-mix\(in oklab, (var\([\w-]+\)) ([\d.]+)%, (var\([\w-]+\))\)$/.exec(text);
  if (mix) {
    const share = Number(mix[2]) / 100;
    const [one, other] = [toOklab(colourOf(mix[1]!, values)), toOklab(colourOf(mix[3]!, values))];
    const [l, a, b] = one.map((value, at) => value * share + other[at]! * (1 - share)) as [number, number, number];
    return fromOklab(l, a, b, 1);
  }
  throw new Error(`this test cannot read the colour ${text}`);
};

/** Browsers lay one colour over another in gamma-encoded sRGB. */
const over = (top: Colour, ground: Colour): Colour => {
  const encoded = (value: number): number => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);
  const laid = [0, 1, 2].map((at) => linear(encoded(top[at]!) * top[3] + encoded(ground[at]!) * (1 - top[3])));
  return [laid[0]!, laid[1]!, laid[2]!, 1];
};

const contrast = (one: Colour, other: Colour): number => {
  const [light, dark] = [one, other]
    .map(([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue)
    .toSorted((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

/** The custom property behind a class's name: `bg-elevated` is `--ui-bg-elevated`, `bg-primary` is `--ui-primary`. */
const propertyOf = (kind: 'bg' | 'text', name: string): string => {
  if (name.endsWith('-pressed')) return `--color-${name}`;
  if (name === 'default') return `--ui-${kind}`;
  return ['muted', 'elevated', 'accented', 'inverted', 'dimmed', 'toned', 'highlighted'].includes(name)
    ? `--ui-${kind}-${name}`
    : `--ui-${name}`;
};

const read = (
  classes: readonly string[],
  kind: 'bg' | 'text',
  state: 'rest' | 'hover' | 'active',
  values: ReadonlyMap<string, string>,
): Colour | null => {
  const prefix = state === 'rest' ? `${kind}-` : `${state}:${kind}-`;
  const sizes = /^text-(?:xs|sm|base|lg|xl|\[)/;
  const found = classes.filter((one) => one.startsWith(prefix) && !sizes.test(one.slice(one.indexOf(kind)))).at(-1);
  if (!found) return state === 'rest' ? null : read(classes, kind, 'rest', values);
  const [name, share] = found.slice(prefix.length).split('/') as [string, string | undefined];
  if (name === 'transparent') return null;
  const [red, green, blue] = colourOf(`var(${propertyOf(kind, name)})`, values);
  return [red, green, blue, share === undefined ? 1 : Number(share) / 100];
};

describe('text of buttons can be read', () => {
  it('by the measure of WCAG', () => {
    const none = new Map<string, string>();
    const ratio = (a: string, b: string): number => contrast(colourOf(a, none), colourOf(b, none));
    expect(ratio('#000', '#fff')).toBeCloseTo(21, 5);
    // Figures of axe-core, which cuts after two places: the hover that was too pale, and the grey that is just enough.
    const cut = (value: number): number => Math.floor(value * 100) / 100;
    expect(cut(ratio('#fff', '#8081e6'))).toBe(3.38);
    expect(cut(ratio('#767676', '#fff'))).toBe(4.54);
  });

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    const values = valuesOf(theme);
    it.each(colours)('%s: at rest, pointed at and pressed, on every ground', (color) => {
      const poor: string[] = [];
      for (const variant of variants) {
        const classes = mount(UButton, { props: { color, variant, label: 'Save' } }).classes();
        for (const state of ['rest', 'hover', 'active'] as const) {
          for (const ground of grounds) {
            const below = colourOf(`var(${ground})`, values);
            const back = read(classes, 'bg', state, values);
            const behind = back === null ? below : over(back, below);
            const ratio = contrast(over(read(classes, 'text', state, values)!, behind), behind);
            if (ratio < contrastMin) poor.push(`${variant} ${state} on ${ground}: ${ratio.toFixed(2)}`);
          }
        }
      }
      expect(poor).toEqual([]);
    });
  });
});
