/** What becomes of a correction: proposed, then in force or refused; withdrawn by who no longer wants it. */
export type CorrectionState = 'proposed' | 'in-force' | 'refused' | 'withdrawn';
export type CorrectionDecision = 'approve' | 'refuse' | 'withdraw';

/** What may be decided in which state, and what it becomes. */
const decisions: Readonly<Record<CorrectionState, Partial<Record<CorrectionDecision, CorrectionState>>>> = {
  proposed: { approve: 'in-force', refuse: 'refused', withdraw: 'withdrawn' },
  'in-force': { withdraw: 'withdrawn' },
  refused: {},
  withdrawn: {},
};

export type Decided =
  | { readonly allowed: true; readonly next: CorrectionState }
  | { readonly allowed: false; readonly reason: 'not-in-this-state' | 'own-proposal' };

/** Whether a decision is possible, and what follows. Four eyes: whoever proposed a correction does not approve it. */
export const decideOn = (given: {
  state: CorrectionState;
  decision: CorrectionDecision;
  proposedBy: string;
  decidedBy: string;
}): Decided => {
  const next = decisions[given.state][given.decision];
  if (!next) return { allowed: false, reason: 'not-in-this-state' };
  if (given.decision === 'approve' && given.proposedBy === given.decidedBy)
    return { allowed: false, reason: 'own-proposal' };
  return { allowed: true, next };
};
