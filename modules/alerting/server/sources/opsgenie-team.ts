import type { OpsgenieResponder } from '../../domain/sources/opsgenie.ts';
import type { AlertingGround } from '../ground.ts';

/** The team here that the first responder of the kind team means, by its name or by what people call it; null where there is none. */
export const teamMeant = async (
  { identity }: Pick<AlertingGround, 'identity'>,
  responders: readonly OpsgenieResponder[],
): Promise<string | null> => {
  const wanted = responders.filter(({ type }) => type === 'team').flatMap(({ name, id }) => [name, id]);
  const words = wanted.filter((each) => each !== undefined).map(plain);
  if (words.length === 0) return null;
  const teams = await identity.teams();
  for (const word of words) {
    const found = teams.find(({ name, displayName }) => plain(name) === word || plain(displayName) === word);
    if (found) return found.name;
  }
  return null;
};

/** `Payments Team`, `payments_team` and `payments-team` are one. */
const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-');
