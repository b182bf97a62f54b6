import type { PersonRules, Urgency } from './rules.ts';

/** Whether a message can go to a method at all: is there a provider, is the address well-formed. By the method's name. */
export type MethodChecks = ReadonlyMap<string, { readonly ok: boolean; readonly reason: string }>;

export interface Reachability {
  readonly high: boolean;
  readonly low: boolean;
  /** What stands in the way, or what a person on call should know; empty where all is well. */
  readonly reasons: readonly string[];
}

/** Can this person be reached? With what is known before the shift; that somebody wakes up nobody can promise. */
export const reachabilityOf = (rules: PersonRules, checks: MethodChecks): Reachability => {
  const methods = new Map([...rules.rules.high, ...rules.rules.low].map(({ method }) => [method.name, method]));
  const failing = [...methods.values()].flatMap(({ name, channel }) => {
    const check = checks.get(name);
    return check && !check.ok ? [`${name} (${channel}) cannot be used: ${check.reason}`] : [];
  });
  const works = (urgency: Urgency): boolean =>
    rules.rules[urgency].some(({ method }) => checks.get(method.name)?.ok ?? true);
  const quiet = rules.quiet
    .filter(({ urgency }) => urgency === 'high' || urgency === 'all')
    .map(({ from, to }) => `Pages of high urgency wait during the quiet hours from ${from} to ${to}.`);
  return { high: works('high'), low: works('low'), reasons: [...rules.notes, ...failing, ...quiet] };
};
