/**
 * An expected refusal: what is wrong, where, and what to do about it.
 * The shape follows RFC 9457 (Problem Details for HTTP APIs); `code` is the stable name that a program tests for.
 */
export interface Problem {
  readonly status: number;
  /** kebab-case, stable, unique in the program: `identity.token-unknown`. */
  readonly code: string;
  /** One short sentence for a person: what is wrong. */
  readonly title: string;
  /** What was seen and what to do. */
  readonly detail?: string;
  /** Each wrong field, `path` as in the input: `spec.owner`, `query.from`. */
  readonly errors?: readonly FieldError[];
  /** Seconds after which the same request is worth another try (`Retry-After`). */
  readonly retryAfterSeconds?: number;
}

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** Thrown for an expected refusal; anything else that is thrown is a bug and answers 500. */
export class Refusal extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail ? `${problem.title}: ${problem.detail}` : problem.title);
    this.name = 'Refusal';
    this.problem = problem;
  }
}

export const refuse = (problem: Problem): never => {
  throw new Refusal(problem);
};
