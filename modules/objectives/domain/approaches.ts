import type { Tier } from './objective.ts';
import type { SimulatedTier } from './simulate.ts';

/** A way to alert that can be tried over history. */
export interface Approach {
  readonly name: string;
  readonly title: string;
  /** What it does and what it is known for. */
  readonly text: string;
  readonly tiers: readonly SimulatedTier[];
}

const hour = 60;
const day = 24 * hour;

/**
 * The six approaches of the SRE workbook, chapter 5 ("Alerting on SLOs"), with its windows; burn rates follow from its shares
 * of the budget for any period (at 30 days: 36, 14.4, 6 and 1).
 */
export const workbookApproaches: readonly Approach[] = [
  {
    name: 'workbook-1',
    title: '1: error rate at least the budget’s, 10 minutes',
    text: 'Quick, and of little precision: up to 144 alerts a day while the promise is kept.',
    tiers: [single({ name: 'error-rate', longMinutes: 10, rateMillionths: 1_000_000 })],
  },
  {
    name: 'workbook-2',
    title: '2: the same over 36 hours',
    text: 'Better precision; goes on for 36 hours after a short outage.',
    tiers: [single({ name: 'error-rate', longMinutes: 36 * hour, budgetSharePpm: 50_000 })],
  },
  {
    name: 'workbook-3',
    title: '3: error rate over 1 minute, for an hour',
    text: 'Waits an hour whatever the severity, and never tells of an outage that comes and goes.',
    tiers: [{ ...single({ name: 'error-rate', longMinutes: 1, rateMillionths: 1_000_000 }), holdSeconds: 3_600 }],
  },
  {
    name: 'workbook-4',
    title: '4: burn rate over 1 hour (5 %)',
    text: 'Good precision; a burn just below the threshold never alerts.',
    tiers: [single({ name: 'burn-rate', longMinutes: hour, budgetSharePpm: 50_000 })],
  },
  {
    name: 'workbook-5',
    title: '5: several burn rates',
    text: 'Detects slow burns too; long windows reset slowly and tell of one outage several times.',
    tiers: [
      single({ name: 'page-fast', longMinutes: hour, budgetSharePpm: 20_000 }),
      single({ name: 'page-slow', longMinutes: 6 * hour, budgetSharePpm: 50_000 }),
      single({ name: 'ticket-slow', longMinutes: 3 * day, budgetSharePpm: 100_000, urgency: 'ticket' }),
    ],
  },
  {
    name: 'workbook-6',
    title: '6: several windows and burn rates',
    text: 'As 5, and a short window of a twelfth says when it is over.',
    tiers: [
      double({ name: 'page-fast', longMinutes: hour, budgetSharePpm: 20_000 }),
      double({ name: 'page-slow', longMinutes: 6 * hour, budgetSharePpm: 50_000 }),
      double({ name: 'ticket-slow', longMinutes: 3 * day, budgetSharePpm: 100_000, urgency: 'ticket' }),
    ],
  },
];

type Said = Pick<Tier, 'name' | 'longMinutes'> & Partial<Tier>;

/** One window: it is its own short one, so the alert ends when it no longer burns. */
function single(said: Said): SimulatedTier {
  return { tier: tierOf(said, said.longMinutes), holdSeconds: 0 };
}

function double(said: Said): SimulatedTier {
  return { tier: tierOf(said, said.longMinutes / 12), holdSeconds: 0 };
}

function tierOf(said: Said, shortMinutes: number): Tier {
  return {
    urgency: 'page',
    budgetSharePpm: 0,
    shortMinutes,
    rateMillionths: null,
    badEventsMin: 1,
    adapted: null,
    ...said,
  };
}
