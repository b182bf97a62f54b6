/** Only what a browser may open: a sender could say anything else. */
const isWeb = (text: string): boolean => /^https?:\/\/\S+$/iu.test(text);

/** Where it is written what to do, by the names that senders have for it. */
export const runbookOf = (annotations: Readonly<Record<string, string>>): string | null => {
  const said = annotations['runbook_url'] ?? annotations['runbook'] ?? annotations['runbookUrl'] ?? '';
  return isWeb(said) ? said : null;
};

/** An annotation that is an address is a link. */
export const linkOf = (text: string): string | null => (isWeb(text) ? text : null);
