import type { Status } from '../../../ui/status.ts';
import type { Health } from '../contract.ts';

/** What a health level looks like. */
export const statusOf = (health: Health): Status => {
  switch (health.level) {
    case 'critical':
      return 'bad';
    case 'warning':
      return 'warn';
    case 'good':
      return 'good';
    case 'quiet':
    case 'unknown':
      return 'none';
  }
};

/** What a health reason says to a person. */
export const sentenceOfHealth = (health: Health): string => {
  switch (health.reason) {
    case 'errors-high':
      return 'Many requests fail';
    case 'errors-raised':
      return 'More requests fail than usual';
    case 'latency-raised':
      return 'Slower than usual';
    case 'nothing-wrong':
      return 'Nothing wrong';
    case 'no-requests':
      return 'No requests';
    case 'figures-away':
      return 'Figures are away';
  }
};
