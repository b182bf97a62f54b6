import { Refusal } from '../../../../kernel/problem.ts';

/** What a person on a phone is told where their answer is refused: the sentence instead of a status. Bugs stay bugs. */
export const inWords = async (act: () => Promise<string>): Promise<string> => {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Refusal) || error.problem.status >= 500 || error.problem.status === 429) throw error;
    return `${error.problem.title}.`;
  }
};
