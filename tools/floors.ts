/**
 * The floors of the house, lowest first. A module uses only modules on lower floors, by their door.
 * The dependency rules (dependency-rules.ts), the order in which the server starts the modules and the picture in
 * the documents follow this one list; a word stands here before its folder exists.
 */
export const floors = [
  ['identity'],
  ['catalog', 'delivery'],
  ['telemetry', 'probes', 'oncall', 'knowledge'],
  ['objectives', 'flags'],
  ['changes'],
  ['alerting'],
  ['incidents'],
  ['learning', 'capacity', 'automation', 'status'],
  ['risk', 'practice'],
  ['reporting', 'assistant'],
] as const satisfies readonly (readonly string[])[];

export const modulesInOrder: readonly string[] = floors.flat();

/** The floor of a module, 1 the lowest; null for a word that is in no list. */
export const floorOf = (module: string): number | null => {
  const index = floors.findIndex((floor) => (floor as readonly string[]).includes(module));
  return index < 0 ? null : index + 1;
};

/** Modules that `module` may use: those on lower floors. */
export const below = (module: string): readonly string[] => {
  const floor = floorOf(module);
  return floor === null ? [] : floors.slice(0, floor - 1).flat();
};

/** The picture of the house as text, top floor first, as ARCHITECTURE.md shows it. */
export const picture = (): string => {
  const lines = floors.map((floor, index) => `${String(index + 1).padStart(2)} ${floor.join(' · ')}`).toReversed();
  return [...lines, '   kernel · platform · ui'].join('\n');
};
