import type { Ground } from '../../../../platform/module/ground.ts';
import { listSuggestions } from '../../contract/suggest.ts';
import { suggestionsFor, type SuggestGround } from './suggestions.ts';

/** Puts the routes of proposals on the HTTP ground: what history says of promises that nobody has made yet. */
export const addSuggestRoutes = (
  ground: Pick<Ground, 'http' | 'postgres' | 'clock'>,
  history: SuggestGround['history'],
): void => {
  const suggest = { postgres: ground.postgres, clock: ground.clock, history };
  ground.http.route(listSuggestions, ({ query }) => suggestionsFor(suggest, query));
};
