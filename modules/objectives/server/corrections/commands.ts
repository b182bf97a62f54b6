import { Refusal, type FieldError } from '../../../../kernel/problem.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../../catalog/server/public.ts';
import { correctionLimits, type Correction, type SaidOfCorrection } from '../../contract/corrections.ts';
import { canonicalText } from '../../domain/canonical-indicator.ts';
import { decideOn, type CorrectionDecision } from '../../domain/correction-state.ts';
import { recurringOf, timesProblems } from '../../domain/correction-times.ts';
import { occurrencesOf } from '../../domain/recurrence.ts';
import { requireOwner } from '../owners.ts';
import { correctionShape } from './shape.ts';
import * as store from './store.ts';
import { trafficProblems } from './traffic-problems.ts';
import { keepRemaining } from './traffic-store.ts';
import type { CorrectionsTables } from './tables.ts';

/** What the commands stand on. */
export interface CorrectionsGround extends Pick<Ground, 'postgres' | 'ledger' | 'clock'> {
  readonly catalog: Pick<CatalogDoor, 'ownerOf'>;
  /** Another person must approve before a correction comes into force. */
  readonly approvalNeeded: boolean;
  /** How long spans are kept: traffic can be told apart for so long. */
  readonly spansDays: number;
}

/**
 * Proposes a correction; in force at once where no approval is needed. Only owners of everything that it touches may.
 * Throws a Refusal `objectives.bad-correction`, `objectives.unknown`, `objectives.not-the-owner` or `objectives.too-many-corrections`.
 */
export const propose = (ground: CorrectionsGround, actor: Actor, said: SaidOfCorrection): Promise<Correction> =>
  ground.postgres.transaction<CorrectionsTables, Correction>((tx) =>
    proposeIn(ground, tx, actor, { said, name: null }),
  );

/** Approves, refuses or withdraws. Throws a Refusal `objectives.correction-unknown`, `….correction-decided` or `….own-correction`. */
export const decide = (
  ground: CorrectionsGround,
  actor: Actor,
  of: { readonly id: string; readonly decision: CorrectionDecision; readonly reason: string },
): Promise<Correction> =>
  ground.postgres.transaction<CorrectionsTables, Correction>(async (tx) => {
    const row = await store.lockCorrection(tx, of.id);
    if (row === null) throw unknownCorrection(of.id);
    return decideIn(ground, tx, actor, { row, ...of });
  });

/** The same text changes nothing; another withdraws what lives under the name and proposes anew, so that both can be seen. */
export const applyNamed = (
  ground: CorrectionsGround,
  actor: Actor,
  { name, said }: { readonly name: string; readonly said: SaidOfCorrection },
): Promise<{ outcome: 'created' | 'changed' | 'unchanged'; correction: Correction }> =>
  ground.postgres.transaction<CorrectionsTables, Awaited<ReturnType<typeof applyNamed>>>(async (tx) => {
    const present = await store.lockNamed(tx, name);
    const now = ground.clock.now();
    if (present && saysTheSame(present, said)) {
      // Also what changes nothing tells what is there: only to those who might have said it.
      await requireOwners(ground, actor, { ...said, touched: await store.objectivesOf(tx, said) });
      return { outcome: 'unchanged', correction: correctionShape(present, now) };
    }
    if (present)
      await decideIn(ground, tx, actor, { row: present, decision: 'withdraw', reason: 'Another text was applied.' });
    const correction = await proposeIn(ground, tx, actor, { said, name });
    return { outcome: present ? 'changed' : 'created', correction };
  });

export const removeNamed = (ground: CorrectionsGround, actor: Actor, name: string): Promise<void> =>
  ground.postgres.transaction<CorrectionsTables, void>(async (tx) => {
    const row = await store.lockNamed(tx, name);
    if (row === null) throw unknownCorrection(name);
    await decideIn(ground, tx, actor, { row, decision: 'withdraw', reason: 'Deleted.' });
  });

const proposeIn = async (
  ground: CorrectionsGround,
  tx: store.Tx,
  actor: Actor,
  { said, name }: { readonly said: SaidOfCorrection; readonly name: string | null },
): Promise<Correction> => {
  const now = ground.clock.now();
  refuseWrong(said, now);
  const touched = await store.objectivesOf(tx, said);
  refuseUnknown(said, touched);
  await requireOwners(ground, actor, { ...said, touched });
  await refuseTraffic(ground, tx, said, touched);
  for (const { name: objective } of touched) await refuseTooMany(tx, objective, said, now);
  const at = dateOf(now);
  const decided = ground.approvalNeeded ? null : at;
  const row: store.CorrectionRow = {
    id: newId(now.epochMilliseconds),
    name,
    objectives: [...new Set(said.objectives)],
    service: said.service,
    first_from: new Date(said.from),
    first_to: new Date(said.to),
    rrule: said.rrule,
    zone: said.zone,
    traffic: said.traffic,
    kind: said.kind,
    reason: said.reason,
    state: decided ? 'in-force' : 'proposed',
    created_by: actor.name,
    created_by_id: personOf(actor),
    created_at: at,
    decided_by: decided && actor.name,
    decided_at: decided,
    decision_reason: null,
    in_force_since: decided,
    changed_at: at,
  };
  await store.insertCorrection(tx, row);
  if (said.traffic !== null) await keepRemaining(tx as never, now);
  const correction = correctionShape(row, now);
  const data = { correction, approvalNeeded: ground.approvalNeeded };
  await append(ground, tx, actor, { kind: 'correction.proposed', row, data });
  return correction;
};

const decideIn = async (
  ground: CorrectionsGround,
  tx: store.Tx,
  actor: Actor,
  of: { readonly row: store.CorrectionRow; readonly decision: CorrectionDecision; readonly reason: string },
): Promise<Correction> => {
  const { row, decision, reason } = of;
  const decidedBy = personOf(actor);
  // Who proposed it may take it back, also when the objectives are no longer theirs; a token has only the power that it was given.
  const ownHand = actor.kind === 'person' && decidedBy === row.created_by_id;
  if (decision !== 'withdraw' || !ownHand)
    await requireOwners(ground, actor, { ...row, touched: await store.objectivesOf(tx, row) });
  const decided = decideOn({ state: row.state, decision, proposedBy: row.created_by_id, decidedBy });
  if (!decided.allowed) throw decided.reason === 'own-proposal' ? ownProposal() : alreadyDecided(row, decision);
  const now = ground.clock.now();
  const change = {
    state: decided.next,
    decided_by: actor.name,
    decided_at: dateOf(now),
    decision_reason: reason || null,
    in_force_since: decision === 'approve' ? dateOf(now) : row.in_force_since,
    changed_at: dateOf(now),
  };
  await store.updateState(tx, row.id, change);
  if (row.traffic !== null) await keepRemaining(tx as never, now);
  const correction = correctionShape({ ...row, ...change }, now);
  const kind = { approve: 'correction.approved', refuse: 'correction.refused', withdraw: 'correction.withdrawn' }[
    decision
  ];
  const data = decision === 'withdraw' ? { correction, before: row.state } : { correction };
  await append(ground, tx, actor, { kind, row, data });
  return correction;
};

const append = (
  { ledger }: CorrectionsGround,
  tx: store.Tx,
  actor: Actor,
  {
    kind,
    row,
    data,
  }: { kind: string; row: Pick<store.CorrectionRow, 'id' | 'service'>; data: Record<string, unknown> },
): Promise<string> =>
  ledger.append(tx, {
    kind,
    subject: `correction:${row.id}`,
    service: row.service,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    data,
  });

/** Owners of every objective that it touches, and of the service where it is about one. */
const requireOwners = async (
  { catalog }: CorrectionsGround,
  actor: Actor,
  of: { readonly service: string | null; readonly touched: Awaited<ReturnType<typeof store.objectivesOf>> },
): Promise<void> => {
  if (of.service !== null || of.touched.length === 0)
    requireOwner(actor, {
      present: of.service === null ? null : await catalog.ownerOf(of.service),
      next: null,
      what: of.service === null ? 'This correction' : `Service ${of.service}`,
    });
  for (const { name, owner, service } of of.touched) {
    const present = owner ?? (service === null ? null : await catalog.ownerOf(service));
    requireOwner(actor, { present, next: null, what: `Objective ${name}` });
  }
};

const refuseWrong = (said: SaidOfCorrection, now: Temporal.Instant): void => {
  const errors: FieldError[] = timesProblems(said, now.epochMilliseconds / 1_000, correctionLimits).map(
    ({ field, message }) => ({ path: `body.${field}`, message }),
  );
  if ((said.service === null) === (said.objectives.length === 0))
    errors.push({ path: 'body.objectives', message: 'name objectives, or a service; one of the two' });
  if (errors.length > 0) throw badCorrection(errors);
};

const badCorrection = (errors: FieldError[]): Refusal =>
  new Refusal({
    status: 422,
    code: 'objectives.bad-correction',
    title: 'This correction cannot be',
    detail: errors.map(({ path, message }) => `${path} ${message}`).join('; '),
    errors,
  });

const refuseUnknown = (said: SaidOfCorrection, touched: readonly { readonly name: string }[]): void => {
  const known = new Set(touched.map(({ name }) => name));
  const errors = said.objectives.flatMap((name, index) =>
    known.has(name) ? [] : [{ path: `body.objectives.${index}`, message: `there is no objective ${name}` }],
  );
  if (said.service !== null && touched.length === 0)
    errors.push({ path: 'body.service', message: `nothing is promised of ${said.service}: it has no objective` });
  if (errors.length === 0) return;
  const detail = errors
    .map(({ message }) => message)
    .join('; ')
    .slice(0, 2_000);
  throw new Refusal({ status: 422, code: 'objectives.unknown', title: 'There is no such objective', detail, errors });
};

const refuseTraffic = async (
  { clock, spansDays }: CorrectionsGround,
  tx: store.Tx,
  said: SaidOfCorrection,
  touched: readonly { readonly name: string }[],
): Promise<void> => {
  if (said.traffic === null) return;
  const others = new Map<string, store.CorrectionRow>();
  for (const { name } of touched)
    for (const row of await store.liveOf(tx, name)) if (row.traffic !== null) others.set(row.id, row);
  const definitions = await store.definitionsOf(
    tx,
    touched.map(({ name }) => name),
  );
  const nowSeconds = clock.now().epochMilliseconds / 1_000;
  const errors = trafficProblems({ said, touched: definitions, others: [...others.values()], nowSeconds, spansDays });
  if (errors.length > 0) throw badCorrection(errors);
};

/** Bounds what an evaluation has to leave out. */
const refuseTooMany = async (
  tx: store.Tx,
  objective: string,
  said: SaidOfCorrection,
  now: Temporal.Instant,
): Promise<void> => {
  const nowSeconds = now.epochMilliseconds / 1_000;
  // What happened once and longer ago than any window reaches is no burden.
  const forgotten = dateOf(now.subtract({ hours: correctionLimits.daysMax * 24 }));
  const live = (await store.liveOf(tx, objective)).filter((row) => row.rrule !== null || row.first_to > forgotten);
  const year = { from: nowSeconds, to: nowSeconds + 366 * 86_400 };
  const times = [...live.map((row) => correctionShape(row, now)), said].map(
    (each) => occurrencesOf(recurringOf(each), year).length,
  );
  const stretches = times.reduce((sum, each) => sum + each, 0);
  if (live.length < correctionLimits.perObjective && stretches <= correctionLimits.stretchesMax) return;
  throw new Refusal({
    status: 422,
    code: 'objectives.too-many-corrections',
    title: `Objective ${objective} has too many corrections`,
    detail: `At most ${correctionLimits.perObjective} at once, and ${correctionLimits.stretchesMax} times in a year. Withdraw some first, or say several by one rule.`,
  });
};

const saysTheSame = (row: store.CorrectionRow, said: SaidOfCorrection): boolean =>
  JSON.stringify([
    [...row.objectives].sort(),
    row.service,
    row.first_from.getTime(),
    row.first_to.getTime(),
    row.rrule,
    row.zone,
    row.kind,
    row.reason,
    canonicalText(row.traffic),
  ]) ===
  JSON.stringify([
    [...new Set(said.objectives)].sort(),
    said.service,
    Date.parse(said.from),
    Date.parse(said.to),
    said.rrule,
    said.zone,
    said.kind,
    said.reason,
    canonicalText(said.traffic),
  ]);

/** Also behind a token: four eyes are two people's. */
const personOf = (actor: Actor): string => actor.ownerId ?? actor.id;

const dateOf = (instant: Temporal.Instant): Date => new Date(instant.epochMilliseconds);

const unknownCorrection = (name: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'objectives.correction-unknown',
    title: 'There is no such correction',
    detail: name,
  });

const ownProposal = (): Refusal =>
  new Refusal({
    status: 409,
    code: 'objectives.own-correction',
    title: 'Whoever proposed a correction does not approve it',
    detail: 'Ask another owner of the objective to approve it; you may withdraw it.',
  });

const alreadyDecided = (row: store.CorrectionRow, decision: CorrectionDecision): Refusal =>
  new Refusal({
    status: 409,
    code: 'objectives.correction-decided',
    title: `This correction is ${row.state}`,
    detail: `It cannot be ${{ approve: 'approved', refuse: 'refused', withdraw: 'withdrawn' }[decision]} now${row.state === 'in-force' ? '; withdraw it' : ', propose another'}.`,
  });
