import type { PolicyStanding } from '../contract/policies.ts';

type Consequence = PolicyStanding['findings'][number]['consequence'];

/** What follows, as a sentence for a person. */
export const consequenceText = (consequence: Consequence): string => {
  switch (consequence.kind) {
    case 'freeze-changes': {
      const except = consequence.except.map((reason) => (reason === 'p0' ? 'for P0 incidents' : 'for security'));
      return `No changes${except.length > 0 ? `, but ${except.join(' and ')}` : ''}`;
    }
    case 'require-approval':
      return `Changes need the approval of ${consequence.from === 'sre' ? 'an SRE' : 'the owner'}`;
    case 'open-action':
      return `${consequence.priority.toUpperCase()}: ${consequence.what}`;
  }
};

export const consequenceIcon: Readonly<Record<Consequence['kind'], string>> = {
  'freeze-changes': 'i-lucide-snowflake',
  'require-approval': 'i-lucide-stamp',
  'open-action': 'i-lucide-list-todo',
};
