import { Refusal } from '../../../kernel/problem.ts';
import { passwordFault, passwordFaultText } from '../domain/password.ts';

/** Refuses a new password that is easily guessed, at its field. */
export const requireGoodPassword = (
  password: string,
  about: { readonly name: string; readonly email: string | null },
): void => {
  const fault = passwordFault(password, about);
  if (fault === null) return;
  throw new Refusal({
    status: 422,
    code: `identity.password-${fault}`,
    title: 'Take another password',
    detail: passwordFaultText[fault],
    errors: [{ path: 'body.password', message: passwordFaultText[fault] }],
  });
};
