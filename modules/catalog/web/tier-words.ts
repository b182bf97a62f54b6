/** What a tier means, from 1: how much depends on a service. */
export const tierWords = [
  '1, customers notice at once',
  '2, customers notice soon',
  '3, inside work suffers',
  '4, may be away for days',
] as const;
