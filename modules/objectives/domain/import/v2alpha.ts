import { openSloKinds, openSloVersion } from '../openslo/kinds.ts';
import { errorAt, type Finding, type Path } from '../openslo/finding.ts';
import { isObject, isSaid, valueAt, type Json } from '../openslo/json.ts';
import { oneOf } from '../openslo/shape.ts';
import type { Converted } from './converted.ts';

export const v2alphaVersion = 'openslo.com/v2alpha';

type Place = readonly [made: Path, said: Path];

/**
 * OpenSLO v2alpha (https://github.com/OpenSLO/OpenSLO/blob/main/enhancements/v2alpha.md) as v1: `sli` is `indicator`,
 * `serviceRef` is `service`, a metric's `dataSourceRef`, `dataSourceSpec` and `spec` stand in a `metricSource`.
 */
export const convertV2alpha = (said: unknown): Converted => {
  const kind = valueAt(said, 'kind');
  const wrong = oneOf(openSloKinds)(kind, ['kind']);
  if (!isObject(said) || wrong.length > 0) return { documents: [], findings: wrong };
  const findings: Finding[] = isSaid(said, 'metadata', 'displayName')
    ? [errorAt(['metadata', 'displayName'], 'does not exist in v2alpha; take it away, or write apiVersion: openslo/v1')]
    : [];
  const places: Place[] = [];
  const spec = valueAt(said, 'spec');
  const made = { ...said, apiVersion: openSloVersion };
  if (kind === 'SLI' && isObject(spec)) Object.assign(made, { spec: sliSpec(spec, ['spec'], ['spec'], places) });
  if (kind === 'SLO' && isObject(spec)) Object.assign(made, { spec: sloSpec(spec, places) });
  return { documents: [{ document: made, places }], findings };
};

const sloSpec = (spec: Json, places: Place[]): Json => {
  const { service, serviceRef, objectives, ...rest } = withIndicator(spec, ['spec'], ['spec'], places);
  places.push([
    ['spec', 'service'],
    ['spec', serviceRef === undefined ? 'service' : 'serviceRef'],
  ]);
  return {
    ...rest,
    service: service ?? serviceRef,
    objectives: Array.isArray(objectives)
      ? objectives.map((each, index) => {
          if (!isObject(each)) return each;
          // Labels of single objectives exist only there; OpenSLO v1 has no place for them.
          const { labels: _labels, ...objective } = each;
          return withIndicator(objective, ['spec', 'objectives', index], ['spec', 'objectives', index], places);
        })
      : objectives,
  };
};

const withIndicator = (at: Json, made: Path, said: Path, places: Place[]): Record<string, unknown> => {
  const { sli, sliRef, ...rest } = at;
  if (sliRef !== undefined)
    places.push([
      [...made, 'indicatorRef'],
      [...said, 'sliRef'],
    ]);
  if (sli !== undefined)
    places.push([
      [...made, 'indicator'],
      [...said, 'sli'],
    ]);
  const spec = valueAt(sli, 'spec');
  const indicator = isObject(sli)
    ? {
        ...sli,
        spec: isObject(spec) ? sliSpec(spec, [...made, 'indicator', 'spec'], [...said, 'sli', 'spec'], places) : spec,
      }
    : sli;
  return {
    ...rest,
    ...(indicator === undefined ? {} : { indicator }),
    ...(sliRef === undefined ? {} : { indicatorRef: sliRef }),
  };
};

const sliSpec = (spec: Json, made: Path, said: Path, places: Place[]): Json => {
  const ratio = spec['ratioMetric'];
  return {
    ...spec,
    ...(isObject(spec['thresholdMetric'])
      ? {
          thresholdMetric: metric(
            spec['thresholdMetric'],
            [...made, 'thresholdMetric'],
            [...said, 'thresholdMetric'],
            places,
          ),
        }
      : {}),
    ...(isObject(ratio)
      ? {
          ratioMetric: Object.fromEntries(
            Object.entries(ratio).map(([field, value]) => [
              field,
              ['good', 'bad', 'total', 'raw'].includes(field) && isObject(value)
                ? metric(value, [...made, 'ratioMetric', field], [...said, 'ratioMetric', field], places)
                : value,
            ]),
          ),
        }
      : {}),
  };
};

const metric = (value: Json, made: Path, said: Path, places: Place[]): Json => {
  const { dataSourceRef, dataSourceSpec, ...rest } = value;
  places.push([[...made, 'metricSource'], said]);
  places.push([
    [...made, 'metricSource', 'metricSourceRef'],
    [...said, 'dataSourceRef'],
  ]);
  places.push([
    [...made, 'metricSource', 'type'],
    [...said, dataSourceSpec === undefined ? 'dataSourceRef' : 'dataSourceSpec'],
  ]);
  const details = valueAt(dataSourceSpec, 'connectionDetails');
  const type = valueAt(dataSourceSpec, 'type');
  const spec = isObject(rest['spec']) ? rest['spec'] : {};
  return {
    metricSource: {
      ...rest,
      ...(dataSourceRef === undefined ? {} : { metricSourceRef: dataSourceRef }),
      ...(type === null ? {} : { type }),
      spec: details === null ? rest['spec'] : { ...spec, connectionDetails: details },
    },
  };
};
