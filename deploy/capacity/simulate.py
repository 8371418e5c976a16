"""How many replicas, and how to share the requests among them: a simulation that writes the tables of README.md beside it.

Requests come by chance (Poisson) and take what a service-time distribution says; each replica works on `lanes` at a time and queues the rest in
order. Time is in units of the mean service time, so that figures hold for any model: multiply by yours. Nothing here is random between
two runs: seeds are fixed.
"""
import heapq, math, random


class Fleet:
    """Replicas, and the moments at which their lanes become free."""

    def __init__(self, replicas, lanes, speeds=None):
        self.free = [[0.0] * lanes for _ in range(replicas)]
        self.ends = [[] for _ in range(replicas)]
        self.speeds = speeds or [1.0] * replicas

    def in_flight(self, index, now):
        ends = self.ends[index]
        while ends and ends[0] <= now:
            heapq.heappop(ends)
        return len(ends)

    def serve(self, index, now, work):
        lanes = self.free[index]
        start = max(now, lanes[0])
        end = start + work / self.speeds[index]
        heapq.heapreplace(lanes, end)
        heapq.heappush(self.ends[index], end)
        return end - now


def at_random(fleet, now, rng, state):
    return rng.randrange(len(fleet.free))


def in_turn(fleet, now, rng, state):
    state["turn"] = (state.get("turn", -1) + 1) % len(fleet.free)
    return state["turn"]


def by_reported_load(fleet, now, rng, state):
    """Envoy's way with the trailers: in turn, as often as a weight says that is calls served over utilisation; a report each twenty units."""
    count = len(fleet.free)
    state.setdefault("due", [rng.random() for _ in range(count)])
    state.setdefault("weights", [1.0] * count)
    state.setdefault("served", [0] * count)
    state.setdefault("use", [0.0] * count)
    for index in range(count):
        state["use"][index] += fleet.in_flight(index, now) / len(fleet.free[index])
    state["looks"] = state.get("looks", 0) + 1
    if now - state.setdefault("looked", now) > 20:
        for index in range(count):
            use = state["use"][index] / state["looks"]
            if state["served"][index] and use > 0:
                # Old and new by half: a report is a sample.
                state["weights"][index] = 0.5 * state["weights"][index] + 0.5 * state["served"][index] / 20 / use
        state.update(looked=now, looks=0, served=[0] * count, use=[0.0] * count)
    choice = min(range(count), key=state["due"].__getitem__)
    state["due"][choice] += 1 / max(0.05, state["weights"][choice])
    state["served"][choice] += 1
    return choice


def better_of_two(fleet, now, rng, state):
    """Prequal's and least-request's way: two by chance, the one with fewer requests in flight."""
    a, b = rng.randrange(len(fleet.free)), rng.randrange(len(fleet.free))
    return a if fleet.in_flight(a, now) <= fleet.in_flight(b, now) else b


POLICIES = {"by chance": at_random, "in turn": in_turn, "by reported load": by_reported_load, "fewer in flight of two": better_of_two}


def run(replicas, lanes, load, policy, requests=40_000, spread=0.25, speeds=None, seed=1):
    """p50 and p99 in mean service times; `load` is the share of what the fleet can do at the most."""
    rng = random.Random(seed)
    fleet = Fleet(replicas, lanes, speeds)
    rate = load * lanes * sum(fleet.speeds)
    sigma = math.sqrt(math.log(1 + spread**2))
    now, times, state = 0.0, [], {}
    for _ in range(requests):
        now += rng.expovariate(rate)
        work = rng.lognormvariate(-sigma * sigma / 2, sigma)
        times.append(fleet.serve(policy(fleet, now, rng, state), now, work))
    times = sorted(times[requests // 10:])
    return times[len(times) // 2], times[int(len(times) * 0.99)]


def highest_load(replicas, lanes, policy, p99, **options):
    """The largest share of the fleet's capacity at which p99 holds, to a hundredth."""
    low, high = 0, 99
    while low < high:
        middle = (low + high + 1) // 2
        if run(replicas, lanes, middle / 100, policy, requests=20_000, **options)[1] <= p99:
            low = middle
        else:
            high = middle - 1
    return low / 100


def main():
    print("### What share of its capacity a fleet can carry\n")
    print("p99 at most 3 service times; 2 compute threads a replica.\n")
    counts = [1, 2, 4, 8, 16]
    print("| shared among replicas | " + " | ".join(map(str, counts)) + " |\n| --- |" + " --- |" * len(counts))
    for name, policy in POLICIES.items():
        print(f"| {name} | " + " | ".join(f"{highest_load(n, 2, policy, 3):.0%}" for n in counts) + " |")
    print("\n### One slow replica of eight, at half its speed, the fleet at 70 %\n")
    print("| shared | p50 | p99 |\n| --- | --- | --- |")
    for name, policy in POLICIES.items():
        p50, p99 = run(8, 2, 0.7, policy, speeds=[0.5] + [1.0] * 7)
        print(f"| {name} | {p50:.2f} | {p99:.2f} |")
    print("\n### What is left when one goes\n")
    print("Replicas needed for a load of L busy threads, 2 threads each, p99 at most 3, with one to spare for a node or a roll-out.\n")
    print("| L | in turn | fewer in flight of two |\n| --- | --- | --- |")
    for busy in (1, 2, 4, 8, 16):
        row = []
        for policy in (in_turn, better_of_two):
            replicas = 1
            while busy / (2 * replicas) >= 1 or run(replicas, 2, busy / (2 * replicas), policy, requests=20_000)[1] > 3:
                replicas += 1
            row.append(replicas + 1)
        print(f"| {busy} | {row[0]} | {row[1]} |")


if __name__ == "__main__":
    main()
