// For `npx depcruise --config .dependency-cruiser.mjs …` and editors; the rules stand in tools/dependency-rules.ts.
export { cruiserConfiguration as default } from './tools/dependency-rules.ts';
