import type { OpenSloDocument, OpenSloKind } from './kinds.ts';
import { errorAt, noteAt, type Finding, type Path } from './finding.ts';

/** What stands around a document: what its references may lead to. */
export interface Surroundings {
  /** Documents of the same change and those that are kept. */
  find(kind: OpenSloKind, name: string): OpenSloDocument | null;
  /** Whether there is (or will be, after the same change) an objective of this name. */
  hasObjective(name: string): boolean;
  /** Owner team of a service, as the catalog knows it. */
  ownerOf(service: string): string | null;
  /** False where only files are known and not what the server keeps: a reference that leads nowhere is then no error. */
  readonly complete: boolean;
}

/** A reference that leads nowhere: an error where everything is known. */
export const leadsNowhere = (around: Surroundings, path: Path, kind: string, name: string): Finding =>
  around.complete
    ? errorAt(path, `there is no ${kind} ${name}; apply it first or in the same command`)
    : noteAt(path, `${kind} ${name} is not in these files; it must stand on the server when this is applied`);
