import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { ApiProblem } from '../../../ui/api.ts';
import { fieldErrors } from '../../../ui/form-errors.ts';

/** What is used of the library's form. */
export interface FormHandle {
  setErrors(errors: { name: string; message: string }[]): void;
}

export interface Sending {
  readonly busy: Ref<boolean>;
  /** What was wrong the last time, for a FormProblem. */
  readonly problem: ShallowRef<unknown>;
  submit(): Promise<void>;
}

/** Thrown by a step that a person called off: nothing is said about it. */
export const cancelled = (): ApiProblem => new ApiProblem({ status: 0, code: 'page.cancelled', title: 'Cancelled' });

/** Does something once at a time; what goes wrong is in `problem`. */
export const useAction = (
  work: () => Promise<void>,
  tellFields: (cause: unknown) => boolean = () => false,
): Sending => {
  const busy = ref(false);
  const problem = shallowRef<unknown>(null);
  const submit = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    problem.value = null;
    try {
      await work();
    } catch (cause) {
      const isCancelled = cause instanceof ApiProblem && cause.problem.code === 'page.cancelled';
      if (!isCancelled && !tellFields(cause)) problem.value = cause;
    } finally {
      busy.value = false;
    }
  };
  return { busy, problem, submit };
};

/**
 * For `validate-on` of a form: what is wrong is told on sending, and stays until it is sent again. Told on leaving a
 * field, the message moves the button away under the click that left it; checked a moment after typing, the check
 * wipes out what the server has just answered.
 */
export const onSendingOnly: [] = [];

/** As `useAction`, for a form: wrong fields are told at their fields. */
export const useSubmit = (form: Readonly<ShallowRef<FormHandle | null>>, work: () => Promise<void>): Sending =>
  useAction(work, (cause) => {
    const errors = fieldErrors(cause);
    if (errors.length === 0 || !form.value) return false;
    form.value.setErrors([...errors]);
    return true;
  });
