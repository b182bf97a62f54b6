import { checkDocument, isOpenSloKind } from '../openslo/documents.ts';
import { openSloVersion } from '../openslo/kinds.ts';
import { errorAt, isError, withoutRepeats, type Finding } from '../openslo/finding.ts';
import { textAt, valueAt } from '../openslo/json.ts';
import { nearest } from '../openslo/shape.ts';
import { placeOf, type Converted } from './converted.ts';
import { convertPyrra, pyrraVersion } from './pyrra.ts';
import { convertAlertWindows } from './sloth-windows.ts';
import { convertSloth, convertSlothResource, slothCrdVersion, slothSpecVersion } from './sloth.ts';
import { convertV1alpha, v1alphaVersion } from './v1alpha.ts';
import { convertV2alpha, v2alphaVersion } from './v2alpha.ts';

/** Versions of documents that objectives are made of. */
export const knownVersions = [openSloVersion, v1alphaVersion, v2alphaVersion, slothCrdVersion, pyrraVersion] as const;

/** True when a document is meant for objectives: by its `apiVersion`, or by `version` where Sloth leaves the kind out. */
export const isForObjectives = (value: unknown): boolean => {
  const version = textAt(value, 'apiVersion');
  if (version === null) return textAt(value, 'version') === slothSpecVersion;
  return /^(openslo(\.com)?|sloth\.slok\.dev|pyrra\.dev)\//.test(version);
};

/**
 * What one document says, as documents of OpenSLO v1, with everything that is wrong with it by itself. Places of findings are
 * those of the document as it was said.
 */
export const understand = (value: unknown): Converted => {
  const converted = convert(value);
  const wrong = converted.findings.some(isError);
  const made = converted.documents.flatMap((each) =>
    checkDocument(each.document).flatMap((finding) => {
      const path = placeOf(each, finding.path, value);
      // Where the conversion already says what is wrong, a place that only the made document has would say it again.
      return wrong && each.places.length > 0 && path.length < finding.path.length - 1 ? [] : [{ ...finding, path }];
    }),
  );
  // What the conversion says is said in the words of the document; what v1 says at the same place would only repeat it.
  const said = new Set(converted.findings.map(({ path }) => JSON.stringify(path)));
  const rest = made.filter(({ path }) => !said.has(JSON.stringify(path)));
  return { documents: converted.documents, findings: withoutRepeats([...converted.findings, ...rest]) };
};

const convert = (value: unknown): Converted => {
  const version = textAt(value, 'apiVersion');
  const kind = valueAt(value, 'kind');
  if (version === null && textAt(value, 'version') === slothSpecVersion) return convertSloth(value);
  switch (version) {
    case openSloVersion:
      return {
        documents: isOpenSloKind(kind) ? [{ document: value, places: [] }] : [],
        findings: isOpenSloKind(kind) ? [] : checkDocument(value),
      };
    case v1alphaVersion:
      return convertV1alpha(value);
    case v2alphaVersion:
      return convertV2alpha(value);
    case slothCrdVersion:
      return kind === 'AlertWindows'
        ? convertAlertWindows(value)
        : ofKind(value, 'PrometheusServiceLevel', convertSlothResource);
    case pyrraVersion:
      return convertPyrra(value);
    default:
      return { documents: [], findings: [unknownVersion(version)] };
  }
};

const ofKind = (value: unknown, kind: string, convertIt: (value: unknown) => Converted): Converted =>
  textAt(value, 'kind') === kind
    ? convertIt(value)
    : { documents: [], findings: [errorAt(['kind'], `is not known for this apiVersion; write ${kind}`)] };

const unknownVersion = (version: string | null): Finding => {
  if (version === null) return errorAt(['apiVersion'], `is missing; write ${openSloVersion}`);
  const near = nearest(version, knownVersions);
  return errorAt(['apiVersion'], `\`${version.slice(0, 60)}\` is not known; write ${near ?? knownVersions.join(', ')}`);
};
