import { openSloVersion } from '../openslo/kinds.ts';
import { errorAt, noteAt, type Finding, type Path } from '../openslo/finding.ts';
import { isObject, isSaid, listAt, textAt, valueAt, type Json } from '../openslo/json.ts';
import { anything, fields, list, number, optional, required, text, type Shape } from '../openslo/shape.ts';
import { targetOf } from '../openslo/target.ts';
import { nameOf, titleOf, type Converted, type Made } from './converted.ts';

export const slothSpecVersion = 'prometheus/v1';
export const slothCrdVersion = 'sloth.slok.dev/v1';

/** The two spellings: the file (`prometheus/v1`) and the custom resource of Kubernetes. */
interface Spelling {
  readonly errorQuery: string;
  readonly totalQuery: string;
  readonly ratioQuery: string;
  readonly pageAlert: string;
  readonly ticketAlert: string;
  readonly plugins: string;
}
const inFile: Spelling = {
  errorQuery: 'error_query',
  totalQuery: 'total_query',
  ratioQuery: 'error_ratio_query',
  pageAlert: 'page_alert',
  ticketAlert: 'ticket_alert',
  plugins: 'slo_plugins',
};
const inResource: Spelling = {
  errorQuery: 'errorQuery',
  totalQuery: 'totalQuery',
  ratioQuery: 'errorRatioQuery',
  pageAlert: 'pageAlert',
  ticketAlert: 'ticketAlert',
  plugins: 'sloPlugins',
};

/** Name of the DataSource that imported queries are asked of; it is applied apart, because Sloth's specs hold no address. */
export const importedSource = 'prometheus';

const query = text({ max: 20_000, say: 'a query' });
const name = text({ max: 128, say: 'a name' });

/** Sloth reads percent above 0; 100 leaves no budget and is refused with words. */
const percent: Shape = (value, path) => {
  const wrong = number({ above: 0, atMost: 100, say: 'percent above 0 and at most 100: 99.9' })(value, path);
  if (wrong.length > 0) return wrong;
  const target = targetOf(value as number, 100);
  return 'wrong' in target ? [errorAt(path, target.wrong)] : [];
};

const specShape = (spelling: Spelling): Shape =>
  fields(
    {
      service: required(name, 'the service: myservice'),
      labels: optional(anything),
      [spelling.plugins]: optional(anything),
      slos: required(
        list(sloShape(spelling), { min: 1, max: 200, say: '1 to 200 objectives' }),
        'a list of objectives',
      ),
    },
    { open: true },
  );

const sloShape = (spelling: Spelling): Shape =>
  fields(
    {
      name: required(name, 'a name: requests-availability'),
      description: optional(text({ max: 1_050, mayBeEmpty: true })),
      objective: required(percent, 'the target in percent: 99.9'),
      labels: optional(anything),
      plugins: optional(anything),
      alerting: optional(fields({}, { open: true })),
      sli: required(
        fields({
          events: optional(
            fields({
              [spelling.errorQuery]: required(query, 'the query of bad events'),
              [spelling.totalQuery]: required(query, 'the query of all events'),
            }),
          ),
          raw: optional(fields({ [spelling.ratioQuery]: required(query, 'the query of the share of bad events') })),
          plugin: optional(fields({ id: required(name, 'the id of the plugin'), options: optional(anything) })),
        }),
        'what is measured: {events: …}',
      ),
    },
    { open: true },
  );

/** A Sloth spec (`version: prometheus/v1`, no kind) as SLO documents of OpenSLO v1. */
export const convertSloth = (said: unknown): Converted => convertSpec(said, [], inFile, slothSpecVersion, {});

/** A PrometheusServiceLevel of Kubernetes as SLO documents of OpenSLO v1. */
export const convertSlothResource = (said: unknown): Converted => {
  const spec = valueAt(said, 'spec');
  if (!isObject(spec))
    return { documents: [], findings: [errorAt(['spec'], 'is missing; write service and slos below it')] };
  const namespace = textAt(said, 'metadata', 'namespace');
  const resource = textAt(said, 'metadata', 'name');
  const from = `${slothCrdVersion} PrometheusServiceLevel${resource === null ? '' : ` ${namespace === null ? '' : `${namespace}/`}${resource}`}`;
  return convertSpec(spec, ['spec'], inResource, from, namespace === null ? {} : { namespace });
};

const convertSpec = (said: unknown, path: Path, spelling: Spelling, from: string, labels: Json): Converted => {
  const findings: Finding[] = [...specShape(spelling)(said, path)];
  const slos = listAt(said, 'slos');
  if (isSaid(said, spelling.plugins))
    findings.push(noteAt([...path, spelling.plugins], 'plugins of Sloth are not carried over'));
  const documents = slos.map((slo, index) => {
    const place = [...path, 'slos', index];
    findings.push(...checkSli(slo, place));
    return sloOf({ said, slo, place, path, spelling, from, labels }, findings);
  });
  return { documents, findings };
};

const checkSli = (slo: unknown, place: Path): Finding[] => {
  const kinds = ['events', 'raw', 'plugin'].filter((each) => isSaid(slo, 'sli', each));
  if (!isSaid(slo, 'sli') || kinds.length === 1) return [];
  return [
    kinds.length === 0
      ? errorAt([...place, 'sli'], 'measures nothing; write events, raw or plugin below it')
      : errorAt([...place, 'sli', kinds[1]!], `stands beside ${kinds[0]}; write only one of events, raw, plugin`),
  ];
};

interface Said {
  readonly said: unknown;
  readonly slo: unknown;
  readonly place: Path;
  readonly path: Path;
  readonly spelling: Spelling;
  readonly from: string;
  readonly labels: Json;
}

const sloOf = (of: Said, findings: Finding[]): Made => {
  const { said, slo, place, path } = of;
  const service = textAt(said, 'service') ?? '';
  const title = textAt(slo, 'name') ?? '';
  const name = nameOf(service, title);
  const lost = notCarried(of, findings);
  return {
    document: {
      apiVersion: openSloVersion,
      kind: 'SLO',
      metadata: {
        name,
        ...optionalTitle(titleOf(`${service} ${title}`, name)),
        labels: {
          ...textLabels(of.labels),
          ...textLabels(valueAt(said, 'labels')),
          ...textLabels(valueAt(slo, 'labels')),
        },
        annotations: {
          'leadline.dev/imported-from': of.from,
          ...alertsOf(slo, of.spelling),
          ...(lost.length === 0 ? {} : { 'leadline.dev/not-carried-over': lost.join('; ') }),
        },
      },
      spec: {
        description: textAt(slo, 'description') ?? undefined,
        service,
        indicator: { metadata: { name }, spec: { ratioMetric: ratioOf(slo, of.spelling) } },
        timeWindow: [{ duration: '30d', isRolling: true }],
        budgetingMethod: 'Occurrences',
        objectives: [{ targetPercent: valueAt(slo, 'objective') }],
      },
    },
    places: [
      [[], place],
      [
        ['metadata', 'name'],
        [...place, 'name'],
      ],
      [
        ['spec', 'service'],
        [...path, 'service'],
      ],
      [
        ['spec', 'indicator'],
        [...place, 'sli'],
      ],
      [
        ['spec', 'objectives'],
        [...place, 'objective'],
      ],
      [['spec', 'timeWindow'], place],
    ],
  };
};

const optionalTitle = (displayName: string | undefined): Json => (displayName === undefined ? {} : { displayName });

const ratioOf = (slo: unknown, spelling: Spelling): Json => {
  const source = (query: unknown): Json => ({
    metricSource: { metricSourceRef: importedSource, type: 'Prometheus', spec: { query } },
  });
  if (isSaid(slo, 'sli', 'events'))
    return {
      counter: false,
      bad: source(valueAt(slo, 'sli', 'events', spelling.errorQuery)),
      total: source(valueAt(slo, 'sli', 'events', spelling.totalQuery)),
    };
  if (isSaid(slo, 'sli', 'raw'))
    return { rawType: 'failure', raw: source(valueAt(slo, 'sli', 'raw', spelling.ratioQuery)) };
  const plugin = valueAt(slo, 'sli', 'plugin');
  const options = valueAt(plugin, 'options');
  const spec = { id: valueAt(plugin, 'id'), ...(isObject(options) ? { options } : {}) };
  return { rawType: 'failure', raw: { metricSource: { type: 'sloth-plugin', spec } } };
};

/** Sloth switches the two urgencies off apart; ours by one annotation. */
const alertsOf = (slo: unknown, spelling: Spelling): Json => {
  const off = (alert: string): boolean => valueAt(slo, 'alerting', alert, 'disable') === true;
  const [noPage, noTicket] = [off(spelling.pageAlert), off(spelling.ticketAlert)];
  if (noPage && noTicket) return { 'leadline.dev/alerts': 'off' };
  return noPage || noTicket ? { 'leadline.dev/alerts': noPage ? 'ticket' : 'page' } : {};
};

const notCarried = ({ slo, place }: Said, findings: Finding[]): string[] => {
  const lost: string[] = [];
  const lose = (at: Path, words: string): void => {
    findings.push(noteAt([...place, ...at], `${words}: not carried over`));
    lost.push(words);
  };
  if (isSaid(slo, 'plugins')) lose(['plugins'], 'plugins of Sloth');
  if (isSaid(slo, 'sli', 'plugin'))
    lose(
      ['sli', 'plugin'],
      'an indicator whose query a Go plugin makes; there is no data until it is written as events',
    );
  const own = Object.keys((valueAt(slo, 'alerting') as Json | null) ?? {}).filter((each) =>
    ['name', 'labels', 'annotations'].includes(each),
  );
  if (own.length > 0) lose(['alerting'], `${own.join(', ')} of the alerts`);
  return lost;
};

/** Labels of Prometheus are texts; numbers and flags are written as such. */
const textLabels = (labels: unknown): Json =>
  isObject(labels)
    ? Object.fromEntries(
        Object.entries(labels)
          .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
          .map(([key, value]) => [key, String(value)]),
      )
    : {};
