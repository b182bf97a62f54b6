import { formatCount } from '../../../../ui/format/quantity.ts';
import type { BigNumber } from '../../../../ui/big-number.ts';
import type { NoiseFinding, NoiseReport } from '../../contract/noise.ts';

export const kindWords: Readonly<Record<NoiseFinding['kind'], { readonly label: string; readonly icon: string }>> = {
  flapping: { label: 'Flaps', icon: 'i-lucide-activity' },
  duplicate: { label: 'Told twice', icon: 'i-lucide-copy' },
  unactionable: { label: 'Nobody acts', icon: 'i-lucide-bell-minus' },
  ownerless: { label: 'Nobody owns it', icon: 'i-lucide-user-x' },
};

/** A share in whole percent; of nothing there is none. */
const shareOf = (part: number, whole: number): string | undefined =>
  whole === 0 ? undefined : `${Math.round((part / whole) * 100)} %`;

/** The row of figures over the report. */
export const noiseNumbers = (report: NoiseReport): BigNumber[] => {
  const { alerts, notified, actedOn, disturbances, saved } = report;
  const acted = shareOf(actedOn, notified);
  const less = shareOf(saved, disturbances);
  return [
    { label: 'Alerts', value: formatCount(alerts), note: `${formatCount(notified)} told` },
    {
      label: 'Somebody acted',
      value: formatCount(actedOn),
      ...(acted === undefined ? {} : { note: `${acted} of told` }),
    },
    { label: 'Pages and messages', value: formatCount(disturbances) },
    {
      label: 'Nobody would miss',
      value: formatCount(saved),
      ...(less === undefined
        ? {}
        : { note: `${less} of them`, state: saved > 0 ? ('warn' as const) : ('good' as const) }),
    },
  ];
};

/** True while a person has to write a name into it: such a document is copied, not applied. */
export const hasBlank = (document: Record<string, unknown>): boolean => JSON.stringify(document).includes('"TEAM"');
