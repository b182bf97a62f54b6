/** One thing that the palette offers besides places and commands. */
export interface PaletteItem {
  readonly label: string;
  /** Said after the label in muted text: `production`. */
  readonly suffix?: string;
  readonly icon: string;
  readonly to: string;
}

/** A module's answer to what a person types into the palette. `find` may ask the API; it is called at most every 150 ms. */
export interface PaletteSource {
  readonly label: string;
  find(text: string, signal: AbortSignal): Promise<readonly PaletteItem[]>;
}

/** Items of one source that are shown. */
export const paletteItemsMax = 8;
