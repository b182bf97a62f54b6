import { computed, ref } from 'vue';
import type { Problem } from '../kernel/problem.ts';

/**
 * What stands between the page and its numbers: `unreachable` (no answer from the server), `engine-away`
 * (the server answers, the telemetry engine does not), `busy` (answers are refused for now), or nothing.
 */
export type ConnectionState =
  | { readonly kind: 'well' }
  | { readonly kind: 'unreachable'; readonly sinceMs: number }
  | { readonly kind: 'engine-away'; readonly sinceMs: number; readonly detail: string };

const state = ref<ConnectionState>({ kind: 'well' });
/** The path whose refusal said that the engine is away: only a good answer there ends it. */
let awayPath: string | null = null;

export const connection = computed(() => state.value);

/** Called for every answer; `problem` is null for a good one, `path` the contract's or the request's path. */
export const noteAnswer = (problem: Problem | null, path: string): void => {
  if (problem?.status === 503 && (problem.code.includes('engine') || problem.code.includes('clickhouse'))) {
    awayPath = path;
    if (state.value.kind !== 'engine-away') {
      state.value = { kind: 'engine-away', sinceMs: Date.now(), detail: problem.detail ?? problem.title };
    }
    return;
  }
  if (state.value.kind === 'unreachable') state.value = { kind: 'well' };
  if (state.value.kind === 'engine-away' && problem === null && samePath(path, awayPath))
    state.value = { kind: 'well' };
};

/** Called when a request got no answer at all. */
export const noteUnreachable = (): void => {
  if (state.value.kind !== 'unreachable') state.value = { kind: 'unreachable', sinceMs: Date.now() };
};

/** Called when the server tells how its telemetry engine is: `up`, `starting` or `down`. */
export const noteEngine = (engine: { readonly state: string; readonly detail: string }): void => {
  if (engine.state === 'up') {
    if (state.value.kind === 'engine-away') state.value = { kind: 'well' };
  } else if (state.value.kind === 'well') {
    awayPath = null;
    state.value = { kind: 'engine-away', sinceMs: Date.now(), detail: engine.detail };
  }
};

/** True when `pattern` (`/services/:name`) is the contract's path of `path` (`/services/shop%2Fcart`). */
const samePath = (pattern: string, path: string | null): boolean => {
  if (path === null) return false;
  const expression = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/:[A-Za-z]+/g, '[^/]+');
  return new RegExp(`^${expression}$`).test(path);
};
