export type PageState = 'triggered' | 'acknowledged' | 'resolved';
export type PageAction = 'acknowledge' | 'resolve' | 'reassign' | 'snooze' | 'add-responders' | 'note';

/** What may be done with a page in which state; used by server and page alike. */
const allowed: Record<PageAction, readonly PageState[]> = {
  acknowledge: ['triggered', 'acknowledged'],
  resolve: ['triggered', 'acknowledged', 'resolved'],
  reassign: ['triggered', 'acknowledged'],
  snooze: ['triggered', 'acknowledged'],
  'add-responders': ['triggered', 'acknowledged'],
  note: ['triggered', 'acknowledged', 'resolved'],
};

export const mayDo = (action: PageAction, state: PageState): boolean => allowed[action].includes(state);

/** True where the action would only say again what is so: it answers with the page as it is and changes nothing. */
export const isRepeat = (action: PageAction, state: PageState): boolean =>
  (action === 'acknowledge' && state === 'acknowledged') || (action === 'resolve' && state === 'resolved');
