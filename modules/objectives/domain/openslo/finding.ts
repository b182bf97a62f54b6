/** Where something stands in a document: `['spec', 'objectives', 0, 'target']`. */
export type Path = readonly (string | number)[];

/** What is wrong with a document and what to write instead; a note changes nothing but should be known. */
export interface Finding {
  readonly level: 'error' | 'note';
  readonly path: Path;
  readonly message: string;
}

export const errorAt = (path: Path, message: string): Finding => ({ level: 'error', path, message });
export const noteAt = (path: Path, message: string): Finding => ({ level: 'note', path, message });

export const isError = (finding: Finding): boolean => finding.level === 'error';

/** The same findings without repeats, in the order in which they were found. */
export const withoutRepeats = (findings: readonly Finding[]): Finding[] => [
  ...new Map(findings.map((finding) => [JSON.stringify([finding.path, finding.message]), finding])).values(),
];
