import type { FieldError } from '../../../../kernel/problem.ts';
import { policyLimits, type InhibitionSpec, type RouteBelow, type RouteSpec } from '../../contract/policy.ts';
import type { Matcher } from '../../domain/policy/matcher.ts';
import { parseMatchers } from '../../domain/policy/parse-matchers.ts';
import { intervalProblems } from '../../domain/policy/time-interval.ts';
import { patternProblem } from './pattern.ts';
import { everyLabel } from './route-tree.ts';

/** What of matchers cannot be read or run, each with its place: `body.match.1`. */
export const matcherProblems = (texts: readonly string[], path: string): FieldError[] =>
  texts.flatMap((text, index) => {
    const parsed = parseMatchers(text);
    const at = `${path}.${index}`;
    if ('problem' in parsed)
      return [{ path: at, message: `${parsed.problem}; write one such as service=~"shop/.*" or severity="critical"` }];
    if (parsed.matchers.length === 0)
      return [{ path: at, message: 'says nothing; write one such as severity="critical"' }];
    return parsed.matchers.flatMap((matcher) => patternProblems(matcher, at));
  });

export const patternProblems = ({ name, op, value }: Matcher, path: string): FieldError[] => {
  if (op !== '=~' && op !== '!~') return [];
  const wrong = patternProblem(value);
  return wrong === null ? [] : [{ path, message: `the pattern of ${name} is none of RE2: ${wrong}` }];
};

/** Everything that is wrong with a route and the routes below it, but for names that nobody has. */
export const routeProblems = (spec: RouteSpec): readonly FieldError[] => {
  const errors: FieldError[] = [];
  for (const [name, entries] of Object.entries(spec.timeIntervals)) {
    if (entries.length === 0)
      errors.push({ path: `body.timeIntervals.${name}`, message: 'holds never; say at least one time' });
    for (const [index, entry] of entries.entries())
      for (const { field, message } of intervalProblems(entry))
        errors.push({ path: `body.timeIntervals.${name}.${index}.${field}`, message });
  }
  let nodes = 0;
  walk(spec, (node, path) => {
    nodes += 1;
    errors.push(...matcherProblems(node.match, `${path}.match`));
    for (const list of ['only', 'never'] as const)
      for (const [index, name] of (node.times?.[list] ?? []).entries())
        if (!Object.hasOwn(spec.timeIntervals, name))
          errors.push({
            path: `${path}.times.${list}.${index}`,
            message: `there is no time interval ${name} in timeIntervals of this route`,
          });
    const by = node.group?.by ?? [];
    if (by.includes(everyLabel) && by.length > 1)
      errors.push({ path: `${path}.group.by`, message: `${everyLabel} is every label; name no other beside it` });
  });
  if (nodes > policyLimits.nodes)
    errors.push({ path: 'body.routes', message: `at most ${policyLimits.nodes} routes in one document` });
  return errors.slice(0, 100);
};

/** What is odd but allowed, in words. */
export const routeWarnings = (spec: RouteSpec): string[] => {
  const warnings: string[] = [];
  walk(spec, (node, path) => {
    const place = path === 'body' ? 'this route' : path.replace('body.', '');
    if (node.to?.length === 0) warnings.push(`${place} tells nobody: what it takes is only shown`);
    const open = node.routes.findIndex((below) => below.match.length === 0 && !below.continue);
    if (open >= 0 && open < node.routes.length - 1)
      warnings.push(`${place}: routes.${open} takes every alert, so that those behind it get none`);
  });
  if (spec.match.length === 0 && !spec.continue)
    warnings.push(`takes every alert, so that routes with a later order than ${spec.order} get none`);
  return warnings.slice(0, 50);
};

export const inhibitionProblems = (spec: InhibitionSpec): readonly FieldError[] => [
  ...matcherProblems(spec.source, 'body.source'),
  ...matcherProblems(spec.target, 'body.target'),
];

export const inhibitionWarnings = (spec: InhibitionSpec): string[] =>
  spec.equal.length === 0 ? ['without equal labels one alert holds back those of everything else too'] : [];

/** Every target of a route and those below it, with its place. */
export const targetsIn = (
  spec: RouteSpec,
): { readonly target: NonNullable<RouteBelow['to']>[number]; readonly path: string }[] => {
  const found: ReturnType<typeof targetsIn> = [];
  walk(spec, (node, path) => node.to?.forEach((target, index) => found.push({ target, path: `${path}.to.${index}` })));
  return found;
};

const walk = (node: RouteBelow, visit: (node: RouteBelow, path: string) => void, path = 'body'): void => {
  visit(node, path);
  for (const [index, below] of node.routes.entries()) walk(below, visit, `${path}.routes.${index}`);
};
