import type { Status } from '../../../ui/status.ts';
import type { MapNode } from '../contract.ts';

/** Share of failed calls from which a node or an edge is drawn as in trouble, and as badly so. */
export const errorRatioWarn = 0.01;
export const errorRatioBad = 0.05;

export const statusOfRatio = (errorRatio: number | null): Status =>
  errorRatio === null ? 'none' : errorRatio >= errorRatioBad ? 'bad' : errorRatio >= errorRatioWarn ? 'warn' : 'good';

export const iconOfNode = (kind: MapNode['kind']): string => {
  switch (kind) {
    case 'service':
      return 'i-lucide-box';
    case 'database':
      return 'i-lucide-database';
    case 'messaging':
      return 'i-lucide-inbox';
    case 'external':
      return 'i-lucide-globe';
  }
};

export const wordOfNode: Readonly<Record<MapNode['kind'], string>> = {
  service: 'service',
  database: 'database',
  messaging: 'queue',
  external: 'outside system',
};
