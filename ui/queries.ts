import { QueryClient } from '@tanstack/vue-query';
import { ApiProblem } from './api.ts';

/** Tries after the first for a request that got no answer or a 5xx; refusals (4xx) are not tried again. */
const retriesMax = 2;

/** The page's one cache. Old state stays on the screen while new state is fetched. */
export const createQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // Answers are never changed in place: a proxy around each of 10,000 spans costs half a second and gives nothing.
        shallow: true,
        staleTime: 4_000,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: true,
        // The server is often on this machine: a browser that thinks it is offline is no reason to wait.
        networkMode: 'always',
        retry: (failures, error) => failures < retriesMax && !(error instanceof ApiProblem && isRefusal(error)),
        retryDelay: (attempt) => Math.min(1_000 * 2 ** attempt, 8_000),
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });

const isRefusal = (error: ApiProblem): boolean => error.problem.status >= 400 && error.problem.status < 500;

/**
 * How often a screen with a moving time range asks again by itself, in ms. Usually the server says when newer figures
 * can be read (see `figuresKey`); this is for when its stream is cut. A hidden tab does not ask.
 */
export const liveRefreshMs = 15_000;

/** First part of the keys of queries that show figures of telemetry: they are asked again when newer figures can be read. */
export const figuresKey = 'figures';
