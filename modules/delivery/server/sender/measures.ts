import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ChannelName, MessageState } from '../../contract.ts';
import type { ActiveProvider } from '../providers/active.ts';
import { backlog } from '../store/views.ts';
import type { Db } from '../store/tables.ts';
import type { CallResult } from './one-call.ts';

export interface DeliveryMeasures {
  /** Times one call and counts its result. */
  timed(active: ActiveProvider, call: () => Promise<CallResult>): Promise<CallResult>;
  ended(channel: ChannelName, state: MessageState): void;
}

const callSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Delivery's own Prometheus metrics: calls, ends of messages, and what waits. */
export const createMeasures = (metrics: Registry, db: Db): DeliveryMeasures => {
  const registers = [metrics];
  const calls = new Histogram({
    name: 'leadline_delivery_call_seconds',
    help: 'Calls to providers by how they ended and how long they took',
    labelNames: ['channel', 'provider', 'result'],
    buckets: callSeconds,
    registers,
  });
  const ends = new Counter({
    name: 'leadline_delivery_messages_total',
    help: 'Messages by the state that they came to; one that failed or expired reached nobody',
    labelNames: ['channel', 'state'],
    registers,
  });
  const open = new Gauge({
    name: 'leadline_delivery_open_messages',
    help: 'Messages that are still to be sent or whose receipt is awaited (counted up to ten thousand)',
    registers: [],
    async collect() {
      const { count, overdueSeconds } = await backlog(db);
      this.set(count);
      overdue.set(overdueSeconds);
    },
  });
  const overdue = new Gauge({
    name: 'leadline_delivery_overdue_seconds',
    help: 'How long the oldest message that is due has waited for a sender',
    registers: [],
  });
  metrics.registerMetric(open);
  metrics.registerMetric(overdue);
  return {
    timed: async (active, call) => {
      const began = performance.now();
      const result = await call();
      const labels = { channel: active.provider.channel, provider: active.name, result: result.result };
      calls.observe(labels, (performance.now() - began) / 1_000);
      return result;
    },
    ended: (channel, state) => ends.inc({ channel, state }),
  };
};
