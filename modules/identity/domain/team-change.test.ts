import { describe, expect, it } from 'vitest';
import { isUnchanged, memberChanges } from './team-change.ts';

describe('Applying a team says exactly who came, went or changed role', () => {
  const before = [
    { personId: 'a', role: 'admin' },
    { personId: 'b', role: 'viewer' },
  ] as const;

  it('names each change once', () => {
    const changes = memberChanges(before, [
      { personId: 'b', role: 'editor' },
      { personId: 'c', role: 'responder' },
    ]);
    expect(changes).toEqual({
      added: [{ personId: 'c', role: 'responder' }],
      removed: [{ personId: 'a', role: 'admin' }],
      changed: [{ personId: 'b', from: 'viewer', to: 'editor' }],
    });
    expect(isUnchanged(changes)).toBe(false);
  });

  it('is unchanged whatever the order', () => {
    expect(isUnchanged(memberChanges(before, before.toReversed()))).toBe(true);
  });
});
