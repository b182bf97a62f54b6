import { Gauge, type Registry } from 'prom-client';

const everyMs = 10;

/**
 * Shows the longest stretch of work between two turns of this thread's event loop since it was last asked, in CPU time: it
 * says what a body costs others. The lag beside it (`leadline_nodejs_eventloop_lag_*`) also grows when other programs keep
 * this one from running.
 */
export const watchLoop = (metrics: Registry): (() => void) => {
  let longestMs = 0;
  let before = process.threadCpuUsage();
  const timer = setInterval(() => {
    const now = process.threadCpuUsage();
    longestMs = Math.max(longestMs, (now.user + now.system - before.user - before.system) / 1_000);
    before = now;
  }, everyMs).unref();
  new Gauge({
    name: 'leadline_event_loop_work_seconds_max',
    help: 'Longest work between two turns of the serving event loop since the last reading, CPU time',
    registers: [metrics],
    collect() {
      this.set(longestMs / 1_000);
      longestMs = 0;
    },
  });
  return () => clearInterval(timer);
};
