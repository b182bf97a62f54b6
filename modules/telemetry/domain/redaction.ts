/** A rule that removes values: which attribute names it meets, and the reason that is shown. */
export interface RedactionRule {
  readonly name: string;
  /** Tried on the attribute's name; numbers and booleans are never removed. */
  readonly key: RegExp;
}

/**
 * The rule that is shipped: names that hold credentials, as a whole word between dots, dashes and underscores, so that
 * `http.request.header.authorization` and `db.password` meet it and `gen_ai.usage.input_tokens` does not.
 */
export const secretsRule: RedactionRule = {
  name: 'secrets',
  key: /(^|[._-])(passwd|password|passphrase|pwd|secret|secrets|token|api[._-]?key|apikey|access[._-]?key|private[._-]?key|authorization|proxy-authorization|cookie|set-cookie|credential|credentials|session[._-]?id|x-api-key)($|[._-])/i,
};

export const redactedValue = '[redacted]';

const namesRemembered = 10_000;

/** Says for an attribute's name whether a rule removes its value. Remembers names, because they repeat. */
export interface Redaction {
  removes(name: string): boolean;
}

export const createRedaction = (rules: readonly RedactionRule[]): Redaction | null => {
  if (rules.length === 0) return null;
  const known = new Map<string, boolean>();
  return {
    removes: (name) => {
      const remembered = known.get(name);
      if (remembered !== undefined) return remembered;
      if (known.size >= namesRemembered) known.clear();
      const verdict = rules.some((rule) => rule.key.test(name));
      known.set(name, verdict);
      return verdict;
    },
  };
};
