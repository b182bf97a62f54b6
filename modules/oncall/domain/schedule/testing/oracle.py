"""Who is on call, worked out a second time by a program that shares nothing with Leadline but the document's words.

Reads {"cases": [{"spec": ..., "from": ..., "to": ...}]} from standard input and writes, per case, the shifts as lines
"person|from|to|layer|kind" (seconds since 1970) and the changes of offset of each zone in the window. It works point by point: it
collects every instant at which anything may change, and asks of each stretch between two of them who is on call in its middle.
Local times go through zoneinfo: datetime with fold=0 takes a skipped time with the offset before the change and the first of two.
"""

import bisect
import json
import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def stamp(day, minutes, zone):
    """The instant at which a zone's wall clock shows so many minutes after midnight of a day."""
    local = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
    return int(local.replace(tzinfo=ZoneInfo(zone), fold=0).timestamp())


def minutes(text):
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


def parse(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def when(text, zone):
    return stamp(date.fromisoformat(text), 0, zone) if len(text) == 10 else parse(text)


def same_day_of_month(start, ahead):
    month = start.month - 1 + ahead
    year, month = start.year + month // 12, month % 12 + 1
    for day in range(start.day, 0, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue


def turns(layer, zone, until):
    """All turns from the first on: (number, position, from, to) in seconds; days that are left out are simply not there."""
    rotation = layer["rotation"]
    start = date.fromisoformat(rotation["start"])
    at = minutes(rotation["handoffAt"])
    length, unit = rotation["length"], rotation["unit"]
    listed = [DAYS.index(day) for day in rotation["days"]]
    begin = []  # (number, position, from, to or None)
    if rotation["handoffs"]:
        week = 0
        number = 0
        while True:
            monday = start + timedelta(days=7 * length * week)
            if stamp(monday, 0, zone) > until:
                break
            points = []
            for handoff in rotation["handoffs"]:
                for ahead in range(7):
                    day = monday + timedelta(days=ahead + 7 * (handoff["week"] - 1))
                    if day.weekday() == DAYS.index(handoff["day"]):
                        points.append((day, minutes(handoff["at"])))
            for part, (day, minute) in enumerate(sorted(points)):
                position = number if rotation["advance"] == "handoff" else week + part
                begin.append((number, position, stamp(day, minute, zone), None))
                number += 1
            week += 1
    elif unit == "hour":
        number, index = 0, 0
        while True:
            local = datetime(start.year, start.month, start.day) + timedelta(minutes=at + 60 * length * index)
            after = local + timedelta(hours=length)
            index += 1
            since = stamp(local.date(), local.hour * 60 + local.minute, zone)
            if since > until:
                break
            if listed and local.weekday() not in listed:
                continue
            begin.append((number, number, since, stamp(after.date(), after.hour * 60 + after.minute, zone)))
            number += 1
    elif listed:
        day, counted, month = start, 0, 0
        while stamp(day, at, zone) <= until:
            while unit == "month" and same_day_of_month(start, (month + 1) * length) <= day:
                month += 1
            if day.weekday() in listed:
                number = {"day": counted // length, "week": (day - start).days // 7 // length, "month": month}[unit]
                begin.append((number, number, stamp(day, at, zone), stamp(day + timedelta(days=1), at, zone)))
                counted += 1
            day += timedelta(days=1)
    else:
        number = 0
        while True:
            ahead = number * length
            day = same_day_of_month(start, ahead) if unit == "month" else start + timedelta(days=ahead * (7 if unit == "week" else 1))
            if stamp(day, at, zone) > until:
                break
            begin.append((number, number, stamp(day, at, zone), None))
            number += 1
    return begin


class Layer:
    def __init__(self, layer, schedule_zone, until):
        self.layer = layer
        self.zone = layer["zone"] or schedule_zone
        self.turns = turns(layer, self.zone, until)
        self.starts = []
        latest = None
        # A later turn that begins earlier (a day that was skipped) wins: starts seen from the end.
        for number, position, since, end in reversed(self.turns):
            self.starts.append(since if latest is None else min(since, latest))
            latest = self.starts[-1]
        self.starts.reverse()
        self.lists = [(float("-inf"), layer["people"])]
        for change in sorted(layer["changes"], key=lambda each: when(each["at"], self.zone)):
            self.lists.append((when(change["at"], self.zone), change["people"]))
        self.give()

    def give(self):
        """Goes through the turns one by one and remembers who has each; a change keeps the running turn's holder."""
        self.holder = {}
        people, index, at_list = self.lists[0][1], -1, 0
        before = None
        last = None
        for (number, position, since, end), start in zip(self.turns, self.starts):
            if number == last:
                continue
            while at_list + 1 < len(self.lists) and self.lists[at_list + 1][0] < start:
                at_list += 1
                people, index = self.changed(people, index, self.lists[at_list][1], last)
            step = 1 if before is None else position - before
            index = (index + step) % len(people)
            self.holder[number] = people[index]
            before, last = position, number

    def changed(self, old, index, new, last):
        if last is None:
            return new, -1
        name = [person(each) for each in new]
        if person(self.holder[last]) in name:
            return new, name.index(person(self.holder[last]))
        for ahead in range(1, len(old) + 1):
            following = person(old[(index + ahead) % len(old)])
            if following in name:
                return new, name.index(following) - 1
        return new, -1

    def edges(self, low, high):
        found = set()
        for (number, position, since, end), start in zip(self.turns, self.starts):
            found.update((start, end) if end is not None else (start,))
        found.update(self.hour_edges(self.layer["restrictions"], self.zone, low, high))
        for member in [each for _, people in self.lists for each in people]:
            if isinstance(member, dict):
                found.update(self.hour_edges(member["hours"], member["zone"] or self.zone, low, high))
        return found

    def hour_edges(self, hours, zone, low, high):
        for since, until in self.spans(hours, zone, low, high):
            yield since
            yield until

    @staticmethod
    def spans(hours, zone, low, high):
        day = datetime.fromtimestamp(low, timezone.utc).date() - timedelta(days=3)
        last = datetime.fromtimestamp(high, timezone.utc).date() + timedelta(days=3)
        while day <= last:
            for each in hours:
                if each["days"] and DAYS[day.weekday()] not in each["days"]:
                    continue
                since, until = minutes(each["from"]), minutes(each["to"])
                yield stamp(day, since, zone), stamp(day, until if until > since else until + 1440, zone)
            day += timedelta(days=1)

    def who(self, instant):
        """(person, turn) or None."""
        index = bisect.bisect_right(self.starts, instant) - 1
        if index < 0:
            return None
        number, position, since, end = self.turns[index]
        if end is not None and instant >= end:
            return None
        member = self.holder[number]
        if member is None or not self.open(self.layer["restrictions"], self.zone, instant):
            return None
        if isinstance(member, dict) and not self.open(member["hours"], member["zone"] or self.zone, instant):
            return None
        return person(member), number

    @staticmethod
    def open(hours, zone, instant):
        if not hours:
            return True
        return any(since <= instant < until for since, until in Layer.spans(hours, zone, instant, instant))


def person(member):
    return member["person"] if isinstance(member, dict) else member


def expand(spec, low, high):
    layers = [Layer(layer, spec["zone"], high) for layer in spec["layers"]]
    overrides = [(parse(o["from"]), parse(o["to"]), o) for o in spec["overrides"]]
    edges = {low, high}
    for layer in layers:
        edges |= layer.edges(low, high)
    for since, until, _ in overrides:
        edges |= {since, until}
    edges = sorted(edge for edge in edges if low <= edge <= high)
    found = []
    for since, until in zip(edges, edges[1:]):
        answer = on_call(layers, overrides, (since + until) / 2)
        if answer is None:
            continue
        if found and found[-1][0] == answer and found[-1][2] == since:
            found[-1][2] = until
        else:
            found.append([answer, since, until])
    return ["|".join([a[0], str(s), str(u), a[1] or "", a[2]]) for a, s, u in found]


def on_call(layers, overrides, instant):
    base = None
    for layer in layers:
        here = layer.who(instant)
        answer = None if here is None else (here[0], layer.layer["name"], "rotation", here[1])
        for since, until, override in overrides:
            if override["layer"] != layer.layer["name"] or not since <= instant < until:
                continue
            if override["replaces"] is None or (answer and answer[0] == override["replaces"]):
                answer = (override["person"], layer.layer["name"], "override", override["from"])
        if answer is not None:
            base = answer
            break
    for since, until, override in overrides:
        if override["layer"] is not None or not since <= instant < until:
            continue
        if override["replaces"] is None:
            base = (override["person"], None, "override", override["from"])
        elif base and base[0] == override["replaces"]:
            base = (override["person"], base[1], "override", (override["from"], base[3]))
    return base


def offsets(zone, low, high):
    """Every hour's offset, as the instants (to the hour) at which it changes."""
    found, last = [], None
    for instant in range(low - low % 3600, high, 1800):
        offset = int(datetime.fromtimestamp(instant, ZoneInfo(zone)).utcoffset().total_seconds())
        if offset != last:
            found.append([instant, offset])
            last = offset
    return found


def zones_of(spec):
    found = {spec["zone"]}
    for layer in spec["layers"]:
        found.add(layer["zone"] or spec["zone"])
        for people in [layer["people"]] + [change["people"] for change in layer["changes"]]:
            found.update(each["zone"] for each in people if isinstance(each, dict) and each["zone"])
    return sorted(found)


def version():
    try:
        with open("/usr/share/zoneinfo/tzdata.zi", encoding="ascii") as file:
            return file.readline().strip().removeprefix("# version ")
    except OSError:
        try:
            import tzdata

            return tzdata.IANA_VERSION
        except ImportError:
            return "unknown"


def main():
    answers = []
    for case in json.load(sys.stdin)["cases"]:
        low, high = parse(case["from"]), parse(case["to"])
        answers.append(
            {
                "shifts": expand(case["spec"], low, high),
                "offsets": {zone: offsets(zone, low, high) for zone in zones_of(case["spec"])},
            }
        )
    json.dump({"version": version(), "python": sys.version.split()[0], "answers": answers}, sys.stdout)


main()
