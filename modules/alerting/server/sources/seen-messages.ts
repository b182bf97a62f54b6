import { createHash } from 'node:crypto';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Integration } from '../../domain/alert.ts';
import type { AlertingGround } from '../ground.ts';
import { forgetSeen, keepSeen, wasSeen } from './seen-messages-store.ts';

export type SeenGround = Pick<AlertingGround, 'postgres'>;

/** Longer than a signed message counts at all. */
export const seenHours = 72;

const hashOf = (name: string): Buffer => createHash('sha256').update(name).digest();

/** Throws a Refusal 409 where a signed message was taken before: a recording of it does nothing. */
export const refuseReplay = async ({ postgres }: SeenGround, { id }: Integration, name: string): Promise<void> => {
  if (!(await wasSeen(postgres, id, hashOf(name)))) return;
  throw new Refusal({
    status: 409,
    code: 'alerting.replayed',
    title: 'This very message was taken before',
    detail: 'Nothing was done again.',
  });
};

/**
 * Remembers a signed message once its alerts are on disk. Not before: of a process that dies in between the sender's next try is
 * taken once more, which changes nothing, while the other way round it would be refused and the alert lost.
 */
export const rememberMessage = ({ postgres }: SeenGround, { id }: Integration, name: string): Promise<void> =>
  keepSeen(postgres, id, hashOf(name));

export const forgetSeenMessages = ({ postgres }: SeenGround): Promise<void> => forgetSeen(postgres, seenHours);
