# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""Delivered against planned, recomputed from the definitions in ARCHITECTURE.md and core/measure/adherence.h with Python's own days and zones;
and plans and sessions at random to try it on."""
import datetime
import fractions
import random
import zoneinfo

EPOCH = datetime.date(1970, 1, 1)
REGIONS = ["free", "upper-trapezius", "levator-scapulae", "rhomboids", "latissimus-dorsi", "erector-spinae-thoracic", "erector-spinae-lumbar",
           "quadratus-lumborum", "semispinalis", "gluteus"]
SIDES = ["centre", "left", "right"]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ZONES = ["Europe/Berlin", "UTC", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]


# ---- the definitions ----

def day_of(start_us, zone):
    moment = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(microseconds=start_us)
    return moment.astimezone(zoneinfo.ZoneInfo(zone)).date()


def start_us(day, zone):
    """Of zones whose midnights all exist."""
    moment = datetime.datetime.combine(day, datetime.time(), zoneinfo.ZoneInfo(zone))
    return int(moment.timestamp()) * 1_000_000


def is_complete(session):
    if session["is_provisional"] or session["state"] == 0 or not session["is_newest_known"]:
        return False
    missing = session["expected"] - session["stored"]
    return missing <= 0 or (session["unrepairable"] >= missing and fractions.Fraction(session["unrepairable"], session["expected"]) < fractions.Fraction(1, 100))


def counts(item, session, number):
    node = session["nodes"][number]
    return (item.get("device") in (None, session["device"]) and ("nodes" not in item or number in item["nodes"])
            and ("regions" not in item or REGIONS[node["region"]] in item["regions"]) and item.get("side") in (None, SIDES[node["side"]]))


def in_band(item, hpa):
    return item.get("min_kpa", 0) * 10 <= hpa <= item.get("max_kpa", 10**9) * 10


def done(item, sessions):
    """Contact in ms and holds of a day's sessions, and how many times of the item they make."""
    contact, holds = 0, 0
    for session in sessions:
        nodes = [node for number, node in enumerate(session["nodes"]) if counts(item, session, number)]
        contact += max([node["contact_ms"] for node in nodes if in_band(item, node["mean"])], default=0)
        holds += sum(node["holds"] for node in nodes if in_band(item, node["hold_mean"]))
    return contact, holds, contact // (item["minutes"] * 60_000) if "minutes" in item else holds // item["holds"]


def plan_of(case, day):
    """The index of the plan that holds on a day, None without one."""
    held = [number for number, (first, _) in enumerate(case["plans"]) if first <= day]
    return held[-1] if held and case["plans"][held[-1]][1] is not None else None


def due_in_a_week(case, item, day, times, doubtful):
    """Planned, delivered, whether that is in doubt, and both of the week so far. times: of the item by day."""
    monday = day - datetime.timedelta(days=day.weekday())
    held = [d for d in (monday + datetime.timedelta(days=i) for i in range(7)) if plan_of(case, d) == plan_of(case, day)]
    wanted = item["times_per_week"] * len(held) // 7
    before, left = [d for d in held if d < day], [d for d in held if d >= day]
    n_done = sum(times[d] > 0 for d in before)
    maybe = sum(times[d] == 0 and d in doubtful for d in before)
    planned = delivered = in_doubt = 0
    if n_done < wanted and times[day] > 0:
        planned = delivered = 1
    elif n_done < wanted and len(left) <= wanted - n_done:
        planned, in_doubt = 1, len(left) > wanted - n_done - maybe
    return planned, delivered, bool(in_doubt), wanted, min(wanted, n_done + delivered)


def recompute(case):
    days = [case["first"] + datetime.timedelta(days=i) for i in range((case["today"] - case["first"]).days + 1)]
    sessions = {day: [s for s in case["sessions"] if s["is_known"] and day_of(s["start_us"], s["zone"]) == day] for day in days}
    doubtful = set()
    for day in days:
        end = start_us(day + datetime.timedelta(days=1), case["zone"])
        if any(not is_complete(s) for s in sessions[day]) or any(first < end and last < end for first, last in case["reaches"]) \
                or any(first < end and last > start_us(day, case["zone"]) for first, last in case["losses"]):
            doubtful.add(day)
    rows = []
    for day in days:
        number = plan_of(case, day)
        items, in_doubt = [], day in doubtful
        for item in case["plans"][number][1]["items"] if number is not None else []:
            contact, holds, n = done(item, sessions[day])
            week = [0, 0]
            if "times_per_week" in item:
                times = {d: done(item, sessions[d])[2] for d in days}
                planned, delivered, unsure, *week = due_in_a_week(case, item, day, times, doubtful)
                in_doubt |= unsure
            else:
                planned = item.get("times_per_day", 1) if WEEKDAYS[day.weekday()] in item.get("days", WEEKDAYS) else 0
                delivered = min(n, planned)
            items.append([planned, delivered, contact, holds, *week])
        planned, delivered = sum(i[0] for i in items), sum(i[1] for i in items)
        rows.append([state(number, planned, delivered, day == case["today"], in_doubt), planned, delivered, items])
    return {"days": rows, **streak(case, days, rows), "sum": sums(rows)}


def state(number, planned, delivered, is_today, in_doubt):
    if number is None:
        return "unplanned"
    if planned == 0:
        return "rest"
    if fractions.Fraction(delivered, planned) >= fractions.Fraction(4, 5):
        return "met"
    return "open" if is_today else "unknown" if in_doubt else "missed"


def streak(case, days, rows):
    states = [row[0] for row in rows]
    breaks = [-1]
    for i, day in enumerate(days):
        missed = states[max(0, i - 6):i + 1].count("missed")
        if states[i] == "unplanned" or (states[i] == "missed" and missed > case["plans"][plan_of(case, day)][1]["grace_days"]):
            breaks.append(i)
    return {"streak": states[breaks[-1] + 1:].count("met"), "is_cut": breaks[-1] == -1}


def sums(rows):
    judged = [row for row in rows if row[0] in ("met", "missed")]
    states = [row[0] for row in rows]
    return [*(states.count(word) for word in ("met", "missed", "unknown", "open")), sum(r[1] for r in judged), sum(r[2] for r in judged)]


# ---- at random ----

def random_item(rng):
    item = {"minutes": rng.choice([2, 5, 10])} if rng.random() < 0.6 else {"holds": rng.randint(1, 3)}
    where = rng.random()
    if where < 0.4:
        item["regions"] = rng.sample(REGIONS[:5], rng.randint(1, 3))
    elif where < 0.6:
        item["nodes"] = rng.sample(range(4), rng.randint(1, 3))
    for key, chance, value in (("side", 0.3, rng.choice(SIDES)), ("device", 0.2, rng.randint(1, 2)), ("min_kpa", 0.3, rng.choice([20, 25.5])),
                               ("max_kpa", 0.3, rng.choice([30, 42.5]))):
        if rng.random() < chance:
            item[key] = value
    if rng.random() < 0.4:
        item["times_per_week"] = rng.randint(1, 7)
        return item
    if rng.random() < 0.5:
        item["times_per_day"] = rng.randint(1, 5)
    if rng.random() < 0.4:
        item["days"] = rng.sample(WEEKDAYS, rng.randint(1, 6))
    return item


def random_session(rng, case):
    zone = case["zone"] if rng.random() < 0.9 else rng.choice(ZONES)
    day = case["first"] + datetime.timedelta(days=rng.randrange((case["today"] - case["first"]).days + 1))
    begin = start_us(day, case["zone"])
    length = start_us(day + datetime.timedelta(days=1), case["zone"]) - begin
    is_whole = rng.random() < 0.9
    nodes = [{"region": rng.randrange(5), "side": rng.randrange(3), "contact_ms": rng.choice([0, 60_000, 119_999, 120_000, 300_000, 600_000, 900_000]),
              "mean": rng.choice([199, 200, 250, 255, 256, 300, 301, 425, 426]), "holds": rng.choice([0, 0, 1, 2]), "hold_mean": rng.choice([0, 255, 300, 500])}
             for _ in range(rng.randint(1, 4))]
    return {"device": rng.randint(1, 2), "start_us": begin + rng.choice([0, length - 1, rng.randrange(length)]), "zone": zone, "is_known": rng.random() < 0.97,
            "state": 1 if is_whole else rng.choice([0, 1, 2]), "is_provisional": not is_whole and rng.random() < 0.3,
            "is_newest_known": is_whole or rng.random() < 0.7, "stored": 1000 if is_whole else rng.choice([990, 991, 1000]), "expected": 1000,
            "unrepairable": rng.choice([0, 9, 10]), "nodes": nodes}


def random_case(seed):
    rng = random.Random(seed)
    first = datetime.date(2026, rng.choice([3, 6, 10]), rng.randint(1, 28))
    first -= datetime.timedelta(days=first.weekday())
    case = {"zone": rng.choice(ZONES), "first": first, "today": first + datetime.timedelta(days=rng.randint(3, 45)), "plans": [], "reaches": [], "losses": [], "sessions": []}
    start = first + datetime.timedelta(days=rng.randint(-10, 10))
    for _ in range(rng.randint(1, 3)):
        plan = {"grace_days": rng.randint(0, 3), "items": [random_item(rng) for _ in range(rng.randint(1, 4))]}
        case["plans"].append((start, plan if rng.random() < 0.85 else None))
        start += datetime.timedelta(days=rng.randint(1, 20))
    for _ in range(rng.randint(0, 2)):
        last = case["today"] - datetime.timedelta(days=rng.randint(-1, 20))
        case["reaches"].append((start_us(first + datetime.timedelta(days=rng.randint(-9, 30)), case["zone"]),
                                start_us(last, case["zone"]) + rng.choice([-1, 0, 1])))
    n_days = (case["today"] - first).days + 1
    case["sessions"] = [random_session(rng, case) for _ in range(rng.randint(0, 4 * n_days))]
    if rng.random() < 0.2:
        begin = start_us(first + datetime.timedelta(days=rng.randrange(n_days)), case["zone"]) + rng.choice([-1, 0, 1, rng.randrange(1, 86_400_000_000)])
        case["losses"].append((begin, begin + rng.choice([1, 86_400_000_000, rng.randrange(1, 5 * 86_400_000_000)])))
    return case


def plan_text(plan):
    lines = ["[plan]", f"grace_days={plan['grace_days']}"]
    for number, item in enumerate(plan["items"]):
        lines.append(f"[item {number}]")
        lines += [f"{key}={','.join(map(str, value)) if isinstance(value, list) else value}" for key, value in item.items()]
    return "\n".join(lines) + "\n"


def write(case, place):
    """The file for adherence-json, with its plans beside it."""
    lines = [f"days {(case['first'] - EPOCH).days} {(case['today'] - EPOCH).days} {case['zone']}"]
    for number, (day, plan) in enumerate(case["plans"]):
        path = place / f"{number}.plan"
        if plan is not None:
            path.write_text(plan_text(plan))
        lines.append(f"plan {(day - EPOCH).days} {'-' if plan is None else path}")
    lines += [f"reach {first} {last}" for first, last in case["reaches"]]
    lines += [f"loss {first} {last}" for first, last in case["losses"]]
    for s in case["sessions"]:
        flags = [int(s["is_known"]), s["state"], int(s["is_provisional"]), int(s["is_newest_known"]), s["stored"], s["expected"], s["unrepairable"]]
        lines.append(" ".join(map(str, ["session", s["device"], s["start_us"], s["zone"], *flags])))
        lines += [f"node {n['region']} {n['side']} {n['contact_ms']} {n['mean']} {n['holds']} {n['hold_mean']}" for n in s["nodes"]]
    path = place / "case.txt"
    path.write_text("\n".join(lines) + "\n")
    return path
