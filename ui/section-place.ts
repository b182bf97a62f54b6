/** One screen of a part of the product that has several: its tab, and its line in the palette. */
export interface SectionPlace {
  readonly label: string;
  readonly to: string;
  /** Iconify name of the bundled Lucide set: `i-lucide-activity`. */
  readonly icon: string;
  /** What the palette calls it, where one word would not say it among all others, and what it adds. */
  readonly palette?: { readonly label?: string; readonly suffix: string };
}
