/**
 * How many people a rotation round the clock needs (Google SRE book, chapter 11, and SRE workbook, chapter 8): eight on one site, six
 * on each of two; the workbook's least is eight on one site, or five on each.
 */
export const teamSize = {
  oneSite: { recommended: 8, least: 8 },
  eachOfSeveral: { recommended: 6, least: 5 },
  source:
    'Google SRE book chapter 11 (8 for one site, 6 for each of two); SRE workbook chapter 8 (at least 5 a site, or 8)',
} as const;

export interface Site {
  readonly zone: string;
  readonly people: number;
}

export type SizeVerdict = 'enough' | 'least' | 'too-few';

export interface TeamSize {
  readonly sites: readonly (Site & {
    readonly recommended: number;
    readonly least: number;
    readonly verdict: SizeVerdict;
  })[];
  readonly verdict: SizeVerdict;
  readonly reason: string;
}

/** Judges a rotation by its sites: people whose layers run in one zone are one site. */
export const judgeTeamSize = (sites: readonly Site[]): TeamSize => {
  const bound = sites.length > 1 ? teamSize.eachOfSeveral : teamSize.oneSite;
  const judged = sites.map((site) => {
    const verdict: SizeVerdict =
      site.people >= bound.recommended ? 'enough' : site.people >= bound.least ? 'least' : 'too-few';
    return { ...site, recommended: bound.recommended, least: bound.least, verdict };
  });
  const worst =
    (['too-few', 'least'] as const).find((each) => judged.some(({ verdict }) => verdict === each)) ?? 'enough';
  const short = judged
    .filter(({ verdict }) => verdict !== 'enough')
    .map(({ zone, people }) => `${people} in ${zone}`)
    .join(', ');
  const asked =
    sites.length > 1 ? `${bound.recommended} on each site, at least ${bound.least}` : `${bound.recommended}`;
  if (sites.length === 0) return { sites: [], verdict: 'too-few', reason: 'Nobody is in this rotation.' };
  return {
    sites: judged,
    verdict: worst,
    reason: worst === 'enough' ? `The book asks for ${asked}.` : `The book asks for ${asked}; there are ${short}.`,
  };
};
