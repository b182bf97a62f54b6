/** One entry of the navigation and of the palette; `keys` is what follows G. */
export interface NavigationEntry {
  readonly label: string;
  readonly to: string;
  /** Iconify name of the bundled Lucide set: `i-lucide-activity`. */
  readonly icon: string;
  /** The letter that jumps there after G. */
  readonly key: string;
  readonly order: number;
}
