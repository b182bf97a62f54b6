import { ApiProblem } from './api.ts';

/** Field errors of a refusal as a form of the component library takes them; `body.` before a path is left out. */
export const fieldErrors = (cause: unknown): { readonly name: string; readonly message: string }[] =>
  cause instanceof ApiProblem
    ? (cause.problem.errors ?? []).map((error) => ({ name: error.path.replace(/^body\./, ''), message: error.message }))
    : [];
