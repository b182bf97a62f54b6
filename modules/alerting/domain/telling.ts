/** How a group's alerts stand; those held back count only as `suppressed`. */
export interface GroupStanding {
  readonly firing: number;
  /** Of those that fire: told by nobody yet. */
  readonly fresh: number;
  readonly acknowledged: number;
  readonly suppressed: number;
  /** Over, and only told to fire. */
  readonly over: number;
  /** Told to fire, and not over: firing, acknowledged or held back since. */
  readonly toldOpen: number;
}

export interface GroupAt {
  readonly standing: GroupStanding;
  readonly webhook: boolean;
  readonly sendResolved: boolean;
  /** Null: never told. */
  readonly sinceToldSeconds: number | null;
  readonly intervalSeconds: number;
  readonly repeatSeconds: number;
  readonly muted: boolean;
  /** It should have been told, and nobody could be. */
  readonly unpaged: boolean;
}

export interface Telling {
  /**
   * `first`: that it fires. `more`: further alerts of what was told. `repeat`: the same again, nobody is on it. `over`: the last that
   * was told is over. `muted`: the times of the route keep it from being told.
   */
  readonly say: 'first' | 'more' | 'repeat' | 'over' | 'muted' | 'nothing';
  /** Nothing of it is open any more: what comes next of its key is a new group. */
  readonly closes: boolean;
  /** Somebody is on everything that fires, so nobody further need be told. */
  readonly acknowledges: boolean;
  /** When it is looked at again by itself; null: when something changes. */
  readonly dueInSeconds: number | null;
}

/** The same is not said more often than this, whatever a route says. */
const repeatSecondsMin = 1;
/** A little late, so that what is compared with it has come about. */
const graceSeconds = 0.01;

/**
 * What is told of a group now. People have one page a group: further alerts are counted on it. Webhooks are told as Alertmanager tells
 * them: what is new or over at each interval, the same again after the repeat, and nothing while somebody is on all of it.
 */
export const decideTelling = (group: GroupAt): Telling => {
  const { standing, sinceToldSeconds } = group;
  // Alertmanager looks at a group once an interval, so that it is never repeated more often; a repeat of nothing would be a flood.
  const repeatSeconds = Math.max(group.repeatSeconds, group.intervalSeconds, repeatSecondsMin);
  const open = standing.firing + standing.acknowledged + standing.suppressed;
  const wasTold = standing.toldOpen + standing.over > 0;
  const closes = open === 0;
  const acknowledges = standing.firing === 0 && standing.acknowledged > 0;
  const none = { closes, acknowledges, dueInSeconds: null } as const;
  if (group.muted && (standing.fresh > 0 || (group.webhook && standing.over > 0)) && !closes)
    return { ...none, say: 'muted' };
  if (standing.fresh > 0) {
    const first = sinceToldSeconds === null || group.unpaged || !wasTold;
    return { ...none, say: first ? 'first' : 'more', dueInSeconds: repeatSeconds };
  }
  if (closes || standing.toldOpen === 0) {
    const tells = standing.over > 0 && (!group.webhook || group.sendResolved) && !group.muted;
    return { ...none, say: tells ? 'over' : 'nothing' };
  }
  if (group.webhook && standing.over > 0 && group.sendResolved)
    return { ...none, say: 'more', dueInSeconds: repeatSeconds };
  if (standing.firing === 0) return { ...none, say: 'nothing' };
  const untilRepeat = repeatSeconds - (sinceToldSeconds ?? 0);
  if (untilRepeat > graceSeconds) return { ...none, say: 'nothing', dueInSeconds: untilRepeat };
  return group.muted
    ? { ...none, say: 'nothing', dueInSeconds: group.intervalSeconds }
    : { ...none, say: 'repeat', dueInSeconds: repeatSeconds };
};
