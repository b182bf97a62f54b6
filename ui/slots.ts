import type { Component } from 'vue';

/**
 * A part that a module hands in for a place that another module's screen offers. The screen's owner names the place
 * (`<module>.<screen>.<place>`) and documents the props; the filler never imports the screen, nor the screen the filler.
 */
export interface SlotFilling {
  readonly place: string;
  readonly order: number;
  readonly component: Component;
}

const fillings: SlotFilling[] = [];

/** Called once at start by `apps/web`, before the first screen is shown. */
export const fillSlots = (more: readonly SlotFilling[]): void => {
  fillings.push(...more);
};

/** The parts for one place, in their order. */
export const fillingsOf = (place: string): readonly SlotFilling[] =>
  fillings.filter((filling) => filling.place === place).toSorted((a, b) => a.order - b.order);
