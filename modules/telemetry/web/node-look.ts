import type { Status } from '../../../ui/status.ts';
import { formatCount } from '../../../ui/format/quantity.ts';
import type { MapEdge, MapNode } from '../contract.ts';
import type { DrawnNode } from './map-fold.ts';

/** Share of failed calls from which a node or an edge is drawn as in trouble, and as badly so. */
export const errorRatioWarn = 0.01;
export const errorRatioBad = 0.05;

export const statusOfRatio = (errorRatio: number | null): Status =>
  errorRatio === null ? 'none' : errorRatio >= errorRatioBad ? 'bad' : errorRatio >= errorRatioWarn ? 'warn' : 'good';

/** Of a node: what it says of itself; where calls fail unanswered it is in trouble, whatever it last said. */
export const statusOfNode = (node: Pick<DrawnNode, 'errorRatio' | 'unanswered'>): Status =>
  node.unanswered > 0 ? 'bad' : statusOfRatio(node.errorRatio);

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

/** How an edge's calls came to their service where no span of it answered them; '' where all were answered. */
export const wordsByAddress = (edge: Pick<MapEdge, 'calls' | 'callsByAddress'>): string =>
  edge.callsByAddress === 0
    ? ''
    : edge.callsByAddress === edge.calls
      ? 'resolved by address'
      : `${formatCount(edge.callsByAddress)} resolved by address`;

export const explainByAddress =
  'No span of the called service answered these calls. They are counted for it because it answered at their address before.';
