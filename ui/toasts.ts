import { useToast } from '@nuxt/ui/composables';
import { ApiProblem } from './api.ts';

/** Short notices at the edge of the screen. Call in `setup`. Errors stay until closed; the rest leaves after 5 s. */
export const useNotices = (): {
  done(title: string, undo?: () => void): void;
  failed(title: string, cause: unknown): void;
} => {
  const toast = useToast();
  return {
    done: (title, undo) => {
      toast.add({
        title,
        icon: 'i-lucide-check',
        color: 'success',
        ...(undo ? { actions: [{ label: 'Undo', color: 'neutral', variant: 'outline', onClick: undo }] } : {}),
      });
    },
    failed: (title, cause) => {
      toast.add({
        title,
        description: sentenceOf(cause),
        icon: 'i-lucide-triangle-alert',
        color: 'error',
        duration: 0,
      });
    },
  };
};

/** What an error says to a person. */
export const sentenceOf = (cause: unknown): string => {
  if (cause instanceof ApiProblem) return cause.problem.detail ?? cause.problem.title;
  return cause instanceof Error ? cause.message : String(cause);
};
