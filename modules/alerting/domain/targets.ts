/** Whom a page may go to, in the order in which they are tried, each with why. */
export interface Target {
  readonly kind: 'team' | 'person';
  readonly name: string;
  readonly reason: string;
}

export interface KnownOwners {
  /** What it is about, in words: `the objective checkout-answers`. */
  readonly what: string;
  readonly service: string | null;
  /** Who is named for the thing itself: the objective's owner, the heartbeat's team. */
  readonly own: string | null;
  /** Owner of the service by the catalog. */
  readonly ofService: string | null;
  /** Who has the integration that tells of it, and its name. */
  readonly integrationTeam?: string | null;
  readonly integration?: string;
  /** The setting `fallbackTeam`. */
  readonly fallbackTeam: string | null;
  /** First team, by name, that has an admin of the organisation among its members. */
  readonly adminsTeam: string | null;
  /** Admins of the organisation, by name. */
  readonly admins: readonly string[];
}

/** The one route: to the owner. What nobody owns, or whose owner nobody answers for, goes on to others: never nowhere. */
export const targetsOf = (known: KnownOwners): readonly Target[] => {
  const { what, service, own, ofService, fallbackTeam, adminsTeam, admins } = known;
  const nobody = own === null && ofService === null;
  const why = nobody
    ? service === null
      ? `nobody owns ${what}`
      : `nobody owns ${what} or the service ${service}`
    : 'its owner could not be paged';
  const targets: Target[] = [];
  const add = (kind: Target['kind'], name: string | null, reason: string): void => {
    if (name !== null && !targets.some((each) => each.kind === kind && each.name === name))
      targets.push({ kind, name, reason });
  };
  add('team', own, `owner of ${what}`);
  add('team', ofService, `owner of the service ${service}`);
  add('team', known.integrationTeam ?? null, `has the integration ${known.integration ?? ''}, because ${why}`);
  add('team', fallbackTeam, `the fallback team of the settings, because ${why}`);
  add('team', adminsTeam, `the first team of an administrator, because ${why}`);
  for (const admin of admins)
    add('person', admin, `an administrator of the organisation, because ${why} and no team could be paged`);
  return targets;
};
