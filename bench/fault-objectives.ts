import { parseArgs } from 'node:util';
import { moveTheClock } from './fault-objectives-clock.ts';
import { killEvaluations } from './fault-objectives-kills.ts';
import { comeLate } from './fault-objectives-late.ts';
import { badSources } from './fault-objectives-sources.ts';
import { makeToken, startProduct, type Product } from './product.ts';

/**
 * npm run fault:objectives [-- --only kills,sources,clock,late --kills 32]: the faults that objectives must bear, on the real
 * product with real engines, each against figures that the sender computes for itself.
 */
const { values: given } = parseArgs({
  options: { kills: { type: 'string', default: '32' }, only: { type: 'string' } },
});
const wanted = (part: string): boolean => given.only === undefined || given.only.split(',').includes(part);
let failed = false;

const report = (well: boolean, text: string): void => {
  failed ||= !well;
  process.stdout.write(`${well ? '✓' : '✗'} ${text}\n`);
};
const part = async (name: string, title: string, run: () => Promise<void>): Promise<void> => {
  if (!wanted(name)) return;
  process.stdout.write(`${title}\n`);
  const startedMs = performance.now();
  await run().catch((error: unknown) =>
    report(false, `${name} did not end: ${String((error as Error).stack ?? error)}`),
  );
  process.stdout.write(`  ${((performance.now() - startedMs) / 1_000).toFixed(0)} s\n`);
};

/** Late telemetry and outside sources do not touch each other's objectives: one product has both. */
async function onOneProduct(): Promise<void> {
  const product = await startProduct();
  try {
    const token = await ready(product);
    await part('late', 'Late and out-of-order telemetry', () => comeLate(product, token, report));
    await part('sources', 'Outside sources at fault', () => badSources(product, token, report));
  } finally {
    await product.stop();
  }
}

async function ready(product: Product): Promise<string> {
  if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
  return makeToken(product, 'admin');
}

await part('kills', 'SIGKILL in an evaluation', () => killEvaluations(Number(given.kills), report));
await part('clock', 'The clock moved back and forward', () => moveTheClock(report));
if (wanted('late') || wanted('sources')) await onOneProduct();
process.stdout.write(failed ? '\nSomething was lost, doubled or wrong.\n' : '\nNothing was lost, doubled or wrong.\n');
process.exit(failed ? 1 : 0);
