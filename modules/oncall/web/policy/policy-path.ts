import type { RouteLocationRaw } from 'vue-router';
import { secondsOf } from '../../../../kernel/time-span.ts';
import type { PolicySpec, PolicyTarget } from '../../contract/policies.ts';
import { secondsInWords, targetInWords } from '../../domain/escalation/plan.ts';

/** One stop of a drawn path. */
export interface PathNode {
  /** Seconds after the page was raised, in the first round. */
  readonly atSeconds: number;
  /** Seconds after the stop before. */
  readonly waitSeconds: number;
  readonly whom: readonly { readonly text: string; readonly icon: string; readonly to: RouteLocationRaw | null }[];
  /** `one of them, in turns`, `only pages of high urgency`. */
  readonly conditions: readonly string[];
}

export interface PolicyPath {
  readonly nodes: readonly PathNode[];
  readonly rounds: number;
  /** Seconds of one round. */
  readonly roundSeconds: number;
  /** Seconds after which it says that nobody answered. */
  readonly endsAtSeconds: number;
  readonly otherwise: readonly PathNode['whom'][number][];
}

/** A policy as a path with times: `after` counts from the step before, a further round begins with its first step again. */
export const pathOf = ({ steps, repeat, otherwise }: PolicySpec): PolicyPath => {
  const waits = steps.map((step) => secondsOf(step.after) ?? 0);
  const roundSeconds = waits.reduce((sum, wait) => sum + wait, 0);
  let atSeconds = 0;
  const nodes = steps.map((step, index): PathNode => {
    atSeconds += waits[index]!;
    return {
      atSeconds,
      waitSeconds: waits[index]!,
      whom: step.notify.map(whomOf),
      conditions: [
        ...(step.roundRobin ? ['one of them, in turns'] : []),
        ...(step.when.urgency ? [`only pages of ${step.when.urgency} urgency`] : []),
        ...(step.when.workingHours ? [`only ${step.when.workingHours} their working hours`] : []),
      ],
    };
  });
  return {
    nodes,
    rounds: repeat + 1,
    roundSeconds,
    endsAtSeconds: roundSeconds * (repeat + 1) + (secondsOf(otherwise.after) ?? 0),
    otherwise: otherwise.notify.map(whomOf),
  };
};

const whomOf = (target: PolicyTarget): PathNode['whom'][number] => {
  const text = targetInWords(target);
  if ('schedule' in target || 'next' in target) {
    const name = 'schedule' in target ? target.schedule : target.next;
    return { text, icon: 'i-lucide-calendar-clock', to: { name: 'schedule', params: { name } } };
  }
  if ('person' in target) return { text, icon: 'i-lucide-user', to: null };
  if ('team' in target) return { text, icon: 'i-lucide-users-round', to: null };
  return { text, icon: 'i-lucide-webhook', to: null };
};

/** `at once`, `after 5 min`. */
export const offsetText = (seconds: number): string => (seconds === 0 ? 'at once' : `after ${secondsInWords(seconds)}`);
