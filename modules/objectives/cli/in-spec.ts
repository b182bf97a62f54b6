import { Refusal } from '../../../kernel/problem.ts';

/** The body of the route is the document's `spec`: wrong fields are named by where they stand in the file. */
export const inSpec = async <Value>(answer: Promise<Value>): Promise<Value> => {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Refusal) || !error.problem.errors) throw error;
    throw new Refusal({
      ...error.problem,
      errors: error.problem.errors.map((each) => ({ ...each, path: each.path.replace(/^body\b/, 'spec') })),
    });
  }
};
