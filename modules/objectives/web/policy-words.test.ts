import { expect, it } from 'vitest';
import { consequenceText } from './policy-words.ts';

it.each([
  [{ kind: 'freeze-changes', except: ['p0', 'security'] }, 'No changes, but for P0 incidents and for security'],
  [{ kind: 'freeze-changes', except: [] }, 'No changes'],
  [{ kind: 'require-approval', from: 'owner' }, 'Changes need the approval of the owner'],
  [{ kind: 'open-action', priority: 'p0', what: 'write a postmortem' }, 'P0: write a postmortem'],
] as const)('%j', (consequence, text) =>
  expect(consequenceText(consequence as Parameters<typeof consequenceText>[0])).toBe(text),
);
