/** Bounds of how people are reached, in one place, each with its reason. */
export const peopleLimits = {
  /** Nobody carries more devices than this; each is a message a page. */
  methodsPerPerson: 20,
  rulesPerPerson: 40,
  hoursPerPerson: 14,
  /** A push subscription of a browser is the longest address. */
  addressLength: 4_000,
  ruleAfterSeconds: 86_400,
  noticeBeforeSeconds: 14 * 86_400,
  /** Who did not read it in this time asks for another. */
  codeSeconds: 600,
  /** Six digits guessed five times: one in two hundred thousand for each code sent. */
  codeTries: 5,
  /** One number or address must not be flooded by us. */
  codesPerHour: 5,
  codePauseSeconds: 30,
} as const;
