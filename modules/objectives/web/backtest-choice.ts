import type { presets } from '../contract/backtests.ts';
import { workbookApproaches } from '../domain/approaches.ts';

export type Preset = (typeof presets)[number];

/** What a person may try side by side, with what each is known for. */
export const policyChoices: readonly { readonly value: Preset; readonly title: string; readonly text: string }[] = [
  { value: 'own', title: 'Their own', text: 'What each objective has now.' },
  { value: 'default', title: 'The default', text: 'The four tiers that fit each target and window.' },
  ...workbookApproaches.map(({ name, title, text }) => ({
    value: name as Preset,
    title: `Workbook ${title}`,
    text,
  })),
];

export const titleOfPolicy = (name: string): string =>
  policyChoices.find((choice) => choice.value === name)?.title ?? name;

/** Alerts of one policy as bars over a stretch of time, in thousandths of its length; an alert that goes on ends with it. */
export const barsOf = (
  alerts: readonly { readonly at: string; readonly until: string | null; readonly urgency: 'page' | 'ticket' }[],
  from: string,
  to: string,
): { readonly x: number; readonly width: number; readonly urgency: 'page' | 'ticket' }[] => {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  const at = (ms: number): number => ((Math.min(Math.max(ms, fromMs), toMs) - fromMs) / (toMs - fromMs)) * 1_000;
  return alerts.map(({ at: firedAt, until, urgency }) => {
    const x = at(Date.parse(firedAt));
    return { x, width: Math.max(1.5, at(until === null ? toMs : Date.parse(until)) - x), urgency };
  });
};
