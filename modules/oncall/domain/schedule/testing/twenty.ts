/** Twenty schedules over two years each, of every shape, in zones with odd rules. YAML as people write it. */
export interface Case {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly yaml: string;
}

const recent = { from: '2024-01-10T00:00:00Z', to: '2026-01-10T00:00:00Z' };
const odd = { from: '2017-01-01T00:00:00Z', to: '2019-01-01T00:00:00Z' };

export const twenty: readonly Case[] = [
  {
    ...recent,
    name: 'the example of the issue, in Berlin',
    yaml: `
zone: Europe/Berlin
layers:
  - name: primary
    rotation: {unit: week, length: 1, start: 2024-01-01, handoffAt: "09:00"}
    people: [p1, p2, p3]
    restrictions: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]
overrides: [{person: p2, from: "2025-03-29T20:00:00Z", to: "2025-03-30T20:00:00Z"}]`,
  },
  {
    ...recent,
    name: 'half an hour of daylight saving on Lord Howe, days handed off at 02:15, which is skipped once a year',
    yaml: `
zone: Australia/Lord_Howe
layers: [{name: a, rotation: {unit: day, start: 2024-01-01, handoffAt: "02:15"}, people: [p1, p2, p3]}]`,
  },
  {
    ...recent,
    name: 'Chatham, twelve hours each, and nights over midnight first',
    yaml: `
zone: Pacific/Chatham
layers:
  - {name: nights, rotation: {unit: week, start: 2024-01-03, handoffAt: "03:00"}, people: [n1, n2, ~], restrictions: [{from: "22:30", to: "03:15"}]}
  - {name: rest, rotation: {unit: hour, length: 12, start: 2024-01-02, handoffAt: "02:45"}, people: [p1, p2, p3]}`,
  },
  {
    ...recent,
    name: 'Casablanca, whose clocks go back for Ramadan, weekdays with kept turns',
    yaml: `
zone: Africa/Casablanca
layers: [{name: a, rotation: {unit: day, start: 2024-01-01, handoffAt: "02:30", days: [mon, tue, wed, thu, fri]}, people: [p1, p2, p3, p4, p5, p6, p7]}]`,
  },
  {
    ...odd,
    name: 'Sao Paulo, whose summer began at midnight, months from the 31st',
    yaml: `
zone: America/Sao_Paulo
layers: [{name: a, rotation: {unit: month, start: 2016-10-31, handoffAt: "00:00"}, people: [p1, p2, p3]}]`,
  },
  {
    ...odd,
    name: 'Sao Paulo, days from midnight',
    yaml: `
zone: America/Sao_Paulo
layers: [{name: a, rotation: {unit: day, length: 2, start: 2016-12-01, handoffAt: "00:00"}, people: [p1, p2, p3], restrictions: [{from: "00:00", to: "24:00"}]}]`,
  },
  {
    ...recent,
    name: 'three sites that follow the sun, each on its own clock',
    yaml: `
zone: UTC
layers:
  - {name: apac, zone: Australia/Sydney, rotation: {unit: day, start: 2024-01-01, handoffAt: "08:00"}, people: [s1, s2, s3], restrictions: [{from: "08:00", to: "16:00"}]}
  - {name: emea, zone: Europe/London, rotation: {unit: day, start: 2024-01-01, handoffAt: "08:00"}, people: [l1, l2, l3, l4], restrictions: [{from: "08:00", to: "16:00"}]}
  - {name: amer, zone: America/Los_Angeles, rotation: {unit: day, start: 2024-01-01, handoffAt: "08:00"}, people: [c1, c2, c3], restrictions: [{from: "08:00", to: "16:00"}]}
  - {name: lead, rotation: {unit: month, start: 2024-01-01, handoffAt: "00:00"}, people: [b1, b2]}`,
  },
  {
    ...recent,
    name: 'Monday to Thursday and Friday to Sunday, in New York',
    yaml: `
zone: America/New_York
layers: [{name: a, rotation: {unit: week, start: 2024-01-01, handoffs: [{day: mon, at: "09:00"}, {day: fri, at: "02:30"}]}, people: [p1, p2, p3]}]`,
  },
  {
    ...recent,
    name: 'uneven splits of two weeks that move on by the period, in Dublin',
    yaml: `
zone: Europe/Dublin
layers: [{name: a, rotation: {unit: week, length: 2, start: 2024-01-03, advance: period, handoffs: [{day: wed, at: "10:00"}, {day: sun, at: "01:30"}, {day: tue, at: "18:00", week: 2}]}, people: [p1, p2, p3, p4]}]`,
  },
  {
    ...recent,
    name: 'buffer weeks, filled by another layer, in Troll, whose summer is two hours away',
    yaml: `
zone: Antarctica/Troll
layers:
  - {name: specialists, rotation: {unit: week, start: 2024-01-01, handoffAt: "01:30"}, people: [p1, ~, p2, ~, ~]}
  - {name: others, rotation: {unit: day, length: 3, start: 2024-01-04, handoffAt: "12:00"}, people: [q1, q2]}`,
  },
  {
    ...recent,
    name: 'people with their own hours and zones',
    yaml: `
zone: Asia/Kolkata
layers:
  - name: a
    rotation: {unit: day, start: 2024-01-01, handoffAt: "00:00"}
    people:
      - {person: p1, zone: America/St_Johns, hours: [{days: [mon, tue, wed, thu], from: "09:00", to: "17:30"}]}
      - {person: p2, hours: [{from: "20:00", to: "04:00"}]}
      - p3
  - {name: b, rotation: {unit: week, start: 2024-01-01, handoffAt: "06:00"}, people: [q1, q2, q3]}`,
  },
  {
    ...recent,
    name: 'members who come and go at dates',
    yaml: `
zone: America/Santiago
layers:
  - name: a
    rotation: {unit: week, start: 2024-01-01, handoffAt: "00:00"}
    people: [p1, p2, p3]
    changes:
      - {at: 2024-03-06, people: [p1, p2, p3, p4]}
      - {at: 2024-09-08, people: [p4, p2, p1]}
      - {at: "2025-04-06T03:30:00Z", people: [p5, p4, p1]}
      - {at: 2025-06-02, people: [p6]}
      - {at: 2025-10-01, people: [p7, p6, p8]}`,
  },
  {
    ...recent,
    name: 'overrides of a layer, of one person, of all, across changes of the clock in Havana at midnight',
    yaml: `
zone: America/Havana
layers:
  - {name: a, rotation: {unit: day, start: 2024-01-01, handoffAt: "00:00"}, people: [p1, p2], restrictions: [{days: [sat, sun], from: "00:00", to: "00:00"}]}
  - {name: b, rotation: {unit: hour, length: 8, start: 2024-01-01, handoffAt: "00:30"}, people: [q1, q2, q3, q4]}
overrides:
  - {person: x1, layer: a, from: "2024-03-08T12:00:00Z", to: "2024-03-11T12:00:00-04:00"}
  - {person: x2, replaces: q2, from: "2024-10-28T00:00:00Z", to: "2024-11-06T00:00:00Z"}
  - {person: x3, from: "2025-03-09T04:30:00Z", to: "2025-03-09T06:15:00Z"}`,
  },
  {
    ...recent,
    name: 'weekday hours with kept turns in Beirut, whose clocks change at midnight',
    yaml: `
zone: Asia/Beirut
layers: [{name: a, rotation: {unit: hour, length: 5, start: 2024-01-02, handoffAt: "00:15", days: [sun, mon, wed, thu]}, people: [p1, p2, p3, p4, p5]}]`,
  },
  {
    ...recent,
    name: 'weeks on weekdays, months on Sundays, in Norfolk',
    yaml: `
zone: Pacific/Norfolk
layers:
  - {name: weeks, rotation: {unit: week, length: 2, start: 2024-01-01, handoffAt: "02:30", days: [mon, tue, wed, thu, fri]}, people: [p1, p2, p3]}
  - {name: sundays, rotation: {unit: month, start: 2024-01-30, handoffAt: "02:30", days: [sun]}, people: [q1, q2, q3]}`,
  },
  {
    from: '2011-01-01T00:00:00Z',
    to: '2013-01-01T00:00:00Z',
    name: 'Apia, which had no 30th of December 2011',
    yaml: `
zone: Pacific/Apia
layers:
  - {name: a, rotation: {unit: hour, length: 6, start: 2011-01-01, handoffAt: "03:00"}, people: [p1, p2, p3, p4, p5], restrictions: [{days: [mon, fri], from: "00:00", to: "24:00"}]}
  - {name: b, rotation: {unit: day, start: 2011-01-01, handoffAt: "12:00"}, people: [q1, q2, q3]}`,
  },
  {
    from: '2021-03-01T00:00:00Z',
    to: '2023-03-01T00:00:00Z',
    name: 'Tehran, which gave up its summer, thirteen weeks of a cycle',
    yaml: `
zone: Asia/Tehran
layers: [{name: a, rotation: {unit: day, length: 10, start: 2022-01-01, handoffAt: "00:00"}, people: [q1, q2, q3], restrictions: [{days: [fri], from: "23:00", to: "22:59"}]}, {name: b, rotation: {unit: week, length: 13, start: 2020-12-21, handoffAt: "23:59"}, people: [p1, p2]}]`,
  },
  {
    ...odd,
    name: 'single hours in Lord Howe: an hour that is skipped is nobody’s, one that comes twice is longer',
    yaml: `
zone: Australia/Lord_Howe
layers: [{name: a, rotation: {unit: hour, start: 2016-12-31, handoffAt: "00:00"}, people: [p1, p2, p3, p4, p5, p6, p7]}]`,
  },
  {
    from: '2015-06-01T00:00:00Z',
    to: '2017-06-01T00:00:00Z',
    name: 'Istanbul, which stayed on summer time, leap days and month ends',
    yaml: `
zone: Europe/Istanbul
layers: [{name: a, rotation: {unit: month, length: 2, start: 2015-08-31, handoffAt: "03:30"}, people: [p1, p2, p3]}, {name: b, rotation: {unit: month, start: 2015-01-29, handoffAt: "10:00"}, people: [q1, q2]}]`,
  },
  {
    ...recent,
    name: 'Gaza, whose clocks changed on decree, nights of weekends, alias zones',
    yaml: `
zone: Etc/UTC
layers:
  - {name: a, zone: Asia/Gaza, rotation: {unit: week, start: 2024-01-04, handoffAt: "01:30"}, people: [p1, p2, p3], restrictions: [{days: [thu, fri, sat], from: "18:00", to: "08:00"}, {days: [sat], from: "01:30", to: "02:15"}]}
  - {name: b, zone: Asia/Calcutta, rotation: {unit: day, length: 7, start: 2024-01-01, handoffAt: "05:45"}, people: [q1, q2, ~]}`,
  },
];
