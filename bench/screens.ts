import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page, Response } from 'playwright-core';
import { openBrowser, openPage } from '../e2e/browser.ts';
import { setUp } from '../e2e/people.ts';
import { startProduct } from '../e2e/product.ts';
import { pssMegabytes, processTree } from './process-tree.ts';
import { startProduct as startInFolder } from './product.ts';

/**
 * `npm run bench:screens`: start, size and screens of the product as a person starts it.
 * First and warm start until /readyz, memory of all processes at rest (proportional set size), script of the first page
 * as it crosses the wire, and a trace of 10,000 spans from the click to its rows. Prints each figure beside its target.
 */
const traceSpans = 10_000;
const restSeconds = 20;

const tell = (what: string, value: number, unit: string, target: number): void => {
  console.log(
    `${what.padEnd(58)} ${value.toFixed(0).padStart(7)} ${unit.padEnd(3)} target ≤ ${target} ${value <= target ? '' : ' MISSED'}`,
  );
};

const sendTrace = async (url: string): Promise<string> => {
  const traceId = randomBytes(16).toString('hex');
  const endMs = Date.now() - 2_000;
  const ids = Array.from({ length: traceSpans }, () => randomBytes(8).toString('hex'));
  const spans = ids.map((spanId, index) => ({
    traceId,
    spanId,
    // A tree with eight children a span, as deep as calls are.
    ...(index === 0 ? {} : { parentSpanId: ids[Math.floor((index - 1) / 8)] }),
    name: index === 0 ? 'GET /report' : `step ${index % 97}`,
    kind: index === 0 ? 2 : 1,
    startTimeUnixNano: `${BigInt(endMs - 1_000) * 1_000_000n + BigInt(index) * 90_000n}`,
    endTimeUnixNano: `${BigInt(endMs) * 1_000_000n - BigInt(index) * 1_000n}`,
    attributes: [
      { key: 'step', value: { intValue: String(index) } },
      { key: 'code.function.name', value: { stringValue: `reports.render.${index % 97}` } },
    ],
    status: { code: index % 500 === 499 ? 2 : 0 },
  }));
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'reports' } }] };
  const answer = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }),
  });
  if (!answer.ok) throw new Error(`the trace was answered ${answer.status}: ${await answer.text()}`);
  return traceId;
};

/** Bytes of script that the browser received for one page, as they crossed the wire. */
const scriptKilobytes = async (page: Page, path: string): Promise<number> => {
  const sizes: Promise<number>[] = [];
  const note = (response: Response): void => {
    if (response.request().resourceType() === 'script')
      sizes.push(
        response
          .request()
          .sizes()
          .then((size) => size.responseBodySize),
      );
  };
  page.on('response', note);
  await page.goto(path, { waitUntil: 'networkidle' }).catch(() => page.waitForLoadState('load'));
  page.off('response', note);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) / 1_024;
};

/** From the click on a trace in the list to the first rows of its waterfall, the page being loaded; the least of five. */
const openTraceMs = async (page: Page): Promise<number[]> => {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    await page.goto('/traces?service=reports');
    const link = page.getByRole('link', { name: 'GET /report' }).first();
    await link.waitFor();
    const before = performance.now();
    await link.click();
    await page.getByRole('treegrid', { name: 'Spans of the trace' }).getByRole('row').nth(5).waitFor();
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b);
};

/** Starts it on `data`, waits until /readyz says so, gives the milliseconds, and stops it after `use`. */
const startedIn = async (data: string, use: (pid: number) => Promise<void>): Promise<number> => {
  const began = performance.now();
  const started = await startInFolder({ data });
  try {
    if (!(await started.ready(120_000))) throw new Error('The product did not become ready');
    const ms = performance.now() - began;
    await use(started.pid);
    return ms;
  } finally {
    await started.stop();
  }
};

const data = await mkdtemp(join(tmpdir(), 'leadline-start-'));
tell('first start until ready', await startedIn(data, async () => {}), 'ms', 15_000);
const atRest = async (pid: number): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, restSeconds * 1_000));
  tell('memory of all processes at rest', pssMegabytes(processTree(pid)), 'MB', 500);
};
tell('warm start until ready', await startedIn(data, atRest), 'ms', 5_000);
await rm(data, { recursive: true, force: true });

const product = await startProduct();
const admin = await setUp(product);
const browser = await openBrowser();
try {
  await sendTrace(product.otlpHttpUrl);
  const { page, close } = await openPage(browser, product, { cookie: admin.cookie });
  await page.goto('/traces?service=reports');
  await page.getByRole('link', { name: 'GET /report' }).first().waitFor();
  await close();
  const cold = await openPage(browser, product, { cookie: admin.cookie });
  tell('script of the first page (Services), compressed', await scriptKilobytes(cold.page, '/services'), 'KB', 250);
  const times = await openTraceMs(cold.page);
  tell(`a trace of ${traceSpans} spans opens, median of five`, times[2]!, 'ms', 500);
  tell(`a trace of ${traceSpans} spans opens, best of five`, times[0]!, 'ms', 500);
  await cold.close();
} finally {
  await browser.close();
  await product.stop();
}
