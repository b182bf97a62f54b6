import { million, objectiveLimits } from '../objective.ts';
import { errorAt, type Finding, type Path } from './finding.ts';
import { isSaid, numberAt } from './json.ts';

/** How far a decimal may be from a whole number of parts because it is kept in binary. */
const rounding = 1e-4;

export type Target = { readonly ppm: number } | { readonly wrong: string };

/** A share as whole parts per million; what is finer, or no budget at all, is refused with words. `whole` is what 100 % is written as. */
export const targetOf = (value: number, whole: 1 | 100): Target => {
  const parts = (value * million) / whole;
  const ppm = Math.round(parts);
  const percent = whole === 1 ? `${value} (${trimmed(value * 100)} %)` : `${value} %`;
  if (value < 0 || value > whole)
    return { wrong: `${value} is not at least 0 and below ${whole}${hint(value, whole)}` };
  if (Math.abs(parts - million) <= rounding)
    return {
      wrong: `${percent} leaves no error budget: nothing could ever go wrong; write less, for example ${whole === 1 ? '0.9999' : '99.99'}`,
    };
  if (Math.abs(parts - ppm) > rounding)
    return {
      wrong: `${percent} is finer than one part per million; write at most ${whole === 1 ? 'six' : 'four'} decimals, for example ${(Math.min(ppm, objectiveLimits.targetPpmMax) * whole) / million}`,
    };
  return { ppm };
};

/** The target of one entry of `objectives`, from `target` or `targetPercent`; null where neither can be read. */
export const targetPpmOf = (objective: unknown): number | null => {
  const said = [
    { value: numberAt(objective, 'target'), whole: 1 as const },
    { value: numberAt(objective, 'targetPercent'), whole: 100 as const },
  ].find(({ value }) => value !== null);
  if (!said) return null;
  const target = targetOf(said.value!, said.whole);
  return 'ppm' in target ? target.ppm : null;
};

/** Exactly one of `target` and `targetPercent`, each as exact as a budget needs. */
export const checkTarget = (objective: unknown, path: Path): Finding[] => {
  const has = (field: string): boolean => isSaid(objective, field);
  if (has('target') && has('targetPercent'))
    return [errorAt([...path, 'targetPercent'], 'stands beside target; write only one of the two')];
  if (!has('target') && !has('targetPercent'))
    return [errorAt([...path, 'target'], 'is missing; write target: 0.999, or targetPercent: 99.9')];
  const [field, whole] = has('target') ? (['target', 1] as const) : (['targetPercent', 100] as const);
  const value = numberAt(objective, field);
  if (value === null)
    return [errorAt([...path, field], `is no number; write ${whole === 1 ? '0.999' : '99.9'}, without quotes`)];
  const target = targetOf(value, whole);
  return 'wrong' in target ? [errorAt([...path, field], target.wrong)] : [];
};

const hint = (value: number, whole: 1 | 100): string => {
  if (whole === 1 && value > 1 && value < 100) return `; write ${trimmed(value / 100)}, or targetPercent: ${value}`;
  return `; write ${whole === 1 ? '0.999' : '99.9'}`;
};

const trimmed = (value: number): number => Number(value.toFixed(8));
