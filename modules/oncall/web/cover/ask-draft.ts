interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A request for cover while it is filled in. */
export interface AskDraft extends Span {
  /** Whose shifts. */
  readonly person: string;
  /** `everybody`, or one name. */
  readonly asked: string;
  readonly inReturn: Span | null;
  readonly note: string;
}

/** No handle begins with a sign, so this is nobody's name. */
export const everybody = '*';

export const askDraft = (person: string, { fromMs, toMs }: Span): AskDraft => ({
  person,
  fromMs,
  toMs,
  asked: everybody,
  inReturn: null,
  note: '',
});
