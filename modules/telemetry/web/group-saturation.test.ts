import { describe, expect, it } from 'vitest';
import type { SaturationSeries } from '../contract.ts';
import { groupSaturation, reportersOf } from './group-saturation.ts';

const series = (over: Partial<SaturationSeries>): SaturationSeries => ({
  resource: 'cpu',
  subject: '',
  unit: 'ratio',
  metric: 'system.cpu.utilization',
  source: '',
  reportedBy: ['shop'],
  coverage: 1,
  points: [['2026-11-22T10:00:00Z', 0.5]],
  ...over,
});

describe('saturation shows the fullest resource first', () => {
  it('puts resources with a limit on one axis, ordered by their last value', () => {
    const groups = groupSaturation([
      series({ resource: 'event-loop', unit: 's', points: [['2026-11-22T10:00:00Z', 0.01]] }),
      series({ resource: 'cpu' }),
      series({ resource: 'connection-pool', subject: 'orders', points: [['2026-11-22T10:00:00Z', 0.9]] }),
    ]);
    expect(groups.map((group) => group.id)).toEqual(['ratio', 'event-loop s']);
    expect(groups[0]?.series.map((one) => one.resource)).toEqual(['connection-pool', 'cpu']);
  });

  it('leaves out what was not sent', () => expect(groupSaturation([series({ points: [] })])).toEqual([]));

  it('says when not all lines are drawn', () => {
    const many = Array.from({ length: 9 }, (_, at) => series({ subject: `host ${at}` }));
    expect(groupSaturation(many)[0]?.subtitle).toBe('share of the limit, the 6 fullest of 9');
  });

  it('says which services report a host, once for all its lines', () => {
    const subject = 'host web-1';
    const [group] = groupSaturation([
      series({ subject, reportedBy: ['agent', 'shop/cart'] }),
      series({ subject, reportedBy: ['agent', 'shop/cart'], resource: 'memory' }),
      series({ subject: 'process', reportedBy: ['shop/cart'] }),
    ]);
    expect(reportersOf(group!, 'shop/cart')).toEqual(['host web-1 is reported by agent and shop/cart']);
  });
});
