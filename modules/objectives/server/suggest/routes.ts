import type { Ground } from '../../../../platform/module/ground.ts';
import type { TelemetryDoor } from '../../../telemetry/server/public.ts';
import { listSuggestions, previewObjective } from '../../contract/suggest.ts';
import type { ApplyGround } from '../apply-documents.ts';
import { previewOf } from './preview.ts';
import { suggestionsFor } from './suggestions.ts';

/** Puts the routes of proposals and previews on the HTTP ground: what history says of promises that nobody has made yet. */
export const addSuggestRoutes = (
  ground: Pick<Ground, 'http' | 'postgres' | 'clickhouse' | 'clock' | 'config'>,
  history: TelemetryDoor['history'],
  apply: ApplyGround,
): void => {
  const { http, postgres, clickhouse, clock } = ground;
  const { spansDays } = ground.config.values;
  http.route(listSuggestions, ({ query }) => suggestionsFor({ postgres, clock, history }, query));
  http.route(previewObjective, ({ body }) =>
    previewOf({ postgres, clickhouse, clock, history, spansDays, apply }, body),
  );
};
