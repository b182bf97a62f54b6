import { describe, expect, it } from 'vitest';
import { decideTelling, type GroupAt, type GroupStanding } from './telling.ts';

const none: GroupStanding = { firing: 0, fresh: 0, acknowledged: 0, suppressed: 0, over: 0, toldOpen: 0 };
const at = (standing: Partial<GroupStanding>, more: Partial<GroupAt> = {}): GroupAt => ({
  standing: { ...none, ...standing },
  webhook: false,
  sendResolved: true,
  sinceToldSeconds: 10,
  intervalSeconds: 300,
  repeatSeconds: 3_600,
  muted: false,
  unpaged: false,
  ...more,
});
const words = (group: GroupAt): string => {
  const { say, closes, acknowledges, dueInSeconds } = decideTelling(group);
  return [say, ...(closes ? ['closes'] : []), ...(acknowledges ? ['acknowledges'] : []), dueInSeconds ?? '-'].join(' ');
};

describe('what is told of a group', () => {
  it.each([
    ['its first alert', at({ firing: 1, fresh: 1 }, { sinceToldSeconds: null }), 'first 3600'],
    ['a further one', at({ firing: 2, fresh: 1, toldOpen: 1 }), 'more 3600'],
    ['a new one after all that was told was over', at({ firing: 1, fresh: 1 }), 'first 3600'],
    ['what nobody could be paged for', at({ firing: 1, fresh: 1 }, { unpaged: true }), 'first 3600'],
    ['nothing, before the repeat', at({ firing: 1, toldOpen: 1 }), 'nothing 3590'],
    ['the same again, after it', at({ firing: 1, toldOpen: 1 }, { sinceToldSeconds: 3_600 }), 'repeat 3600'],
    [
      'nothing while somebody is on all of it',
      at({ acknowledged: 2, toldOpen: 2 }, { sinceToldSeconds: 9_000 }),
      'nothing acknowledges -',
    ],
    [
      'the same again, where somebody is on one of two',
      at({ firing: 1, acknowledged: 1, toldOpen: 2 }),
      'nothing 3590',
    ],
    ['that the last is over', at({ over: 1 }), 'over closes -'],
    ['that what was told is over, while others are held back', at({ over: 1, suppressed: 2 }), 'over -'],
    ['nothing, where it was over before anybody was told', at({}, { sinceToldSeconds: null }), 'nothing closes -'],
    ['nothing, where all is held back', at({ suppressed: 3 }, { sinceToldSeconds: null }), 'nothing -'],
    ['nothing to people, where one of two is over', at({ firing: 1, toldOpen: 1, over: 1 }), 'nothing 3590'],
    ['that to a webhook', at({ firing: 1, toldOpen: 1, over: 1 }, { webhook: true }), 'more 3600'],
    [
      'not to one that does not ask for it',
      at({ firing: 1, toldOpen: 1, over: 1 }, { webhook: true, sendResolved: false }),
      'nothing 3590',
    ],
    ['nor that the last is over', at({ over: 1 }, { webhook: true, sendResolved: false }), 'nothing closes -'],
    ['that it is kept quiet', at({ firing: 1, fresh: 1 }, { muted: true, sinceToldSeconds: null }), 'muted -'],
    [
      'nothing again while it is',
      at({ firing: 1, toldOpen: 1 }, { muted: true, sinceToldSeconds: 9_000 }),
      'nothing 300',
    ],
    ['nothing of the end while it is', at({ over: 1 }, { muted: true, webhook: true }), 'nothing closes -'],
  ])('%s', (_, group, expected) => expect(words(group)).toBe(expected));
});
