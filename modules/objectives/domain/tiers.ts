import { million, type Tier } from './objective.ts';
import { countText, minutesText, percentText, ppmText, rateText } from './number-text.ts';
import { ratioOf, valueOf, type Ratio } from './ratio.ts';

/**
 * The burn rate at which a tier fires: share of the budget × period ÷ long window (SRE workbook, chapter 5), or the rate
 * given by hand. Exact: 2 % of 30 days in 1 hour is 72/5, which is 14.4.
 */
export const thresholdOf = (tier: Tier, periodMinutes: number): Ratio =>
  tier.rateMillionths === null
    ? ratioOf(BigInt(tier.budgetSharePpm) * BigInt(periodMinutes), BigInt(million) * BigInt(tier.longMinutes))
    : ratioOf(tier.rateMillionths, million);

/** How a threshold came about, in words. */
export const thresholdText = (tier: Tier, periodMinutes: number): string =>
  tier.rateMillionths === null
    ? `${ppmText(tier.budgetSharePpm)} of the budget of ${minutesText(periodMinutes)} within ${minutesText(tier.longMinutes)}: ` +
      `${countText(tier.budgetSharePpm / million)} × ${countText(periodMinutes)} min ÷ ${countText(tier.longMinutes)} min`
    : 'given by hand';

/**
 * Null where a tier can fire; else the arithmetic in words: a threshold that would need more than every event to be bad
 * (threshold × (1 − target) > 1) never fires. Exact.
 */
export const unreachable = (tier: Tier, targetPpm: number, periodMinutes: number): string | null => {
  const threshold = thresholdOf(tier, periodMinutes);
  const needed = BigInt(threshold.numerator) * BigInt(million - targetPpm);
  if (needed <= BigInt(million) * BigInt(threshold.denominator)) return null;
  const rate = valueOf(threshold);
  const most = million / (million - targetPpm);
  const how = tier.rateMillionths === null ? ` (${thresholdText(tier, periodMinutes)})` : '';
  return (
    `A burn rate of ${rateText(rate)}${how} at a target of ${ppmText(targetPpm)} needs ` +
    `${countText(rate)} × ${ppmText(million - targetPpm)} = ${percentText((rate * (million - targetPpm)) / million)} of all events to be bad, ` +
    `which cannot happen; the most that can burn is ${rateText(most)}`
  );
};

interface Usual {
  readonly name: string;
  readonly urgency: Tier['urgency'];
  readonly sharePpm: number;
  readonly longMinutes: number;
  /** The workbook's threshold, made for 30 days. */
  readonly threshold: number;
  /** Where the usual threshold cannot be reached: the share of bad events at which this tier fires instead, ppm. */
  readonly badPpm: number;
}

/** The workbook's recommended tiers for 30 days (table 5-8 and its ticket tiers): 14.4, 6, 3 and 1 times. */
const usual: readonly Usual[] = [
  { name: 'page-fast', urgency: 'page', sharePpm: 20_000, longMinutes: 60, threshold: 14.4, badPpm: 500_000 },
  { name: 'page-slow', urgency: 'page', sharePpm: 50_000, longMinutes: 360, threshold: 6, badPpm: 300_000 },
  { name: 'ticket-fast', urgency: 'ticket', sharePpm: 100_000, longMinutes: 1_440, threshold: 3, badPpm: 200_000 },
  { name: 'ticket-slow', urgency: 'ticket', sharePpm: 100_000, longMinutes: 4_320, threshold: 1, badPpm: 100_000 },
];

/** From this length on the usual windows stand; shorter periods get shorter windows. Four weeks and a month count as usual. */
const usualFromMinutes = 28 * 1_440;
const workbookMinutes = 30 * 1_440;

/** A usual tier is lowered when more than this share of all events would have to be bad, ppm: above it only a complete outage fires it. */
const neededPpmMax = 900_000;

/** Long windows whose twelfth is whole minutes and that people can say. */
const longChoices = [
  12, 24, 36, 48, 60, 120, 180, 240, 360, 480, 600, 720, 960, 1_080, 1_200, 1_440, 1_800, 2_160, 2_880, 3_600, 4_320,
] as const;

/**
 * The default tiers for a target and a period, every one reachable, each saying how it was changed from the workbook's:
 * 1. At 28 days and more the workbook's windows and shares stand, thresholds follow from the period. Below, windows shrink
 *    with the period (a day-long window cannot warn a one-day budget); where that ends at 12 minutes (short window: one), shares grow,
 *    so that no threshold falls below the workbook's.
 * 2. Where a threshold then needs (nearly) more than every event to be bad, all tiers are held to 50, 30, 20 and 10 % of bad events
 *    by lowering their shares: a loose or long promise is told early instead of never. The order of the tiers stays.
 * A period of less than 12 minutes has one tier, over all of it.
 */
export const defaultTiers = (of: { targetPpm: number; periodMinutes: number }): Tier[] => {
  const fitted = fitWindows(of.periodMinutes);
  const most = Math.max(...fitted.map((each) => neededPpm(each, of)));
  const lower = most > million ? 'not' : most > neededPpmMax ? 'hardly' : null;
  return fitted.map((each) => tierOf(each, of, lower));
};

interface Fitted {
  readonly usual: Usual;
  readonly longMinutes: number;
  readonly sharePpm: number;
}

const fitWindows = (periodMinutes: number): Fitted[] => {
  if (periodMinutes >= usualFromMinutes)
    return usual.map((each) => ({ usual: each, longMinutes: each.longMinutes, sharePpm: each.sharePpm }));
  if (periodMinutes < longChoices[0]) return [{ usual: usual[0]!, longMinutes: periodMinutes, sharePpm: million }];
  const fitted: Fitted[] = [];
  for (const each of usual) {
    const longMinutes = fittingLong(
      (each.longMinutes * periodMinutes) / workbookMinutes,
      fitted.at(-1)?.longMinutes ?? 0,
    );
    if (longMinutes > periodMinutes) break;
    const grown = Math.ceil((each.threshold * longMinutes * million) / periodMinutes);
    fitted.push({ usual: each, longMinutes, sharePpm: Math.min(million, Math.max(each.sharePpm, roundedUp(grown))) });
  }
  return fitted;
};

/** The longest choice that is at most `wished`, but longer than the tier before it. */
const fittingLong = (wished: number, above: number): number => {
  const longer = longChoices.filter((choice) => choice > above);
  return longer.findLast((choice) => choice <= wished) ?? longer[0]!;
};

const neededPpm = (fitted: Fitted, of: { targetPpm: number; periodMinutes: number }): number =>
  (fitted.sharePpm * of.periodMinutes * (million - of.targetPpm)) / (million * fitted.longMinutes);

/** How the tier that needs most could be reached as it is: `not` beyond every event, `hardly` near it; null: all can. */
type Unreached = 'not' | 'hardly' | null;

const tierOf = (fitted: Fitted, of: { targetPpm: number; periodMinutes: number }, lower: Unreached): Tier => {
  const budgetPpm = million - of.targetPpm;
  const badPpm = Math.max(fitted.usual.badPpm, budgetPpm);
  const held = lower !== null && neededPpm(fitted, of) > badPpm;
  const sharePpm = held
    ? Math.max(1, roundedDown((badPpm * fitted.longMinutes * million) / (budgetPpm * of.periodMinutes)))
    : fitted.sharePpm;
  const tier = {
    name: fitted.usual.name,
    urgency: fitted.usual.urgency,
    budgetSharePpm: sharePpm,
    longMinutes: fitted.longMinutes,
    shortMinutes: Math.max(1, Math.floor(fitted.longMinutes / 12)),
    rateMillionths: null,
    badEventsMin: 1,
  };
  return { ...tier, adapted: adaptedText(fitted, of, held ? { badPpm, lower } : null, sharePpm) };
};

const adaptedText = (
  fitted: Fitted,
  of: { targetPpm: number; periodMinutes: number },
  heldTo: { readonly badPpm: number; readonly lower: Unreached } | null,
  sharePpm: number,
): string | null => {
  const { usual: before } = fitted;
  const said: string[] = [];
  if (fitted.longMinutes !== before.longMinutes)
    said.push(
      `${minutesText(fitted.longMinutes)} instead of ${minutesText(before.longMinutes)}, because the period is ` +
        `${minutesText(of.periodMinutes)} and not 30 days`,
    );
  if (heldTo === null && fitted.sharePpm !== before.sharePpm)
    said.push(
      `${ppmText(fitted.sharePpm)} of the budget instead of ${ppmText(before.sharePpm)}, because less would be gone ` +
        `within ${minutesText(fitted.longMinutes)} at ${rateText(before.threshold)}`,
    );
  if (heldTo !== null)
    said.push(
      `${ppmText(sharePpm)} of the budget instead of ${ppmText(fitted.sharePpm)}, so that about ${ppmText(heldTo.badPpm)} of bad events ` +
        `fire it: at ${ppmText(fitted.sharePpm)} it would take ${percentText(neededPpm(fitted, of) / million)}, and one of the tiers ` +
        `could ${heldTo.lower} be reached at a target of ${ppmText(of.targetPpm)} over ${minutesText(of.periodMinutes)}`,
    );
  return said.length === 0 ? null : `${said.join('; ')}.`;
};

/** Two digits that say something: shares that people can read. Down keeps a threshold reachable, up keeps it from falling. */
const roundedDown = (value: number): number => rounded(value, Math.floor);
const roundedUp = (value: number): number => rounded(value, Math.ceil);

const rounded = (value: number, way: (value: number) => number): number => {
  const unit = Math.max(1, 10 ** (Math.floor(Math.log10(Math.max(1, value))) - 1));
  return way(Number((value / unit).toFixed(6))) * unit;
};
