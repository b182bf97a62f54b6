/** A first schedule and policy to apply as they stand: the person who reads them is the first on call. */
export const firstDocuments = ({
  person,
  zone,
  today,
}: {
  readonly person: string;
  readonly zone: string;
  readonly today: Date;
}): string => {
  // The Monday of the week before: on a Monday before the hand-off nobody would be on call yet.
  const monday = new Date(today);
  monday.setDate(today.getDate() - ((today.getDay() + 6) % 7) - 7);
  const pad = (part: number): string => String(part).padStart(2, '0');
  const start = `${monday.getFullYear()}-${pad(monday.getMonth() + 1)}-${pad(monday.getDate())}`;
  return `apiVersion: leadline.dev/v1
kind: Schedule
metadata: {name: payments}
spec:
  zone: ${zone}
  layers:
    - name: primary
      rotation: {unit: week, length: 1, start: ${start}, handoffAt: "09:00"}
      people: [${person}]
---
apiVersion: leadline.dev/v1
kind: EscalationPolicy
metadata: {name: payments}
spec:
  steps:
    - {after: PT0S, notify: [{schedule: payments}]}
    - {after: PT5M, notify: [{next: payments}]}
  repeat: 2`;
};
