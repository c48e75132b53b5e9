"""Decides whether two witnesses of a constraint system with equal inputs are equal, and finds two that are not.

    certify.py task.json      beside it system.r1cs; prints what was found as JSON

A wire is determined if two witnesses that agree on the inputs agree on it. Inputs are. Small systems are one query: two copies
that share the inputs, and some wire that differs. Larger ones are taken apart; whatever part of the constraints a query is made
of, wires that cannot differ there cannot differ in the whole:

- linear: a wire that a constraint has once, with a constant factor, all else in it determined, is determined;
- bit sum: bits that a linear constraint has with factors +-2^i, all different, i < 253, all else determined, are determined, as
  the difference of two sums is an integer below p whose lowest bit is that of the lowest bit that differs;
- core: some constraints around one that is left, two copies that share the determined wires: a query to both engines, asked once
  for each form. cvc5 leads: a model says which wires differ, and the others are asked about again;
- by hand: a wire that the task names, for which there is an argument by hand;
- alike: wires in which two witnesses may differ, where there is an argument by hand that outputs are equal nevertheless: compared are
  two witnesses that agree in them;
- divisor: a wire that a constraint has once, with a factor that is not constant. Only where the task says that there is a reason
  by hand why the factor is not zero, and counted.
"""

import json
import struct
import sys

from engines import P, bit_of, cvc5, plus, require, scaled, singular, times, versions

# Most unknown wires of a system that is one query, and of a core.
MOST_WIRES_AT_ONCE = 9
MOST_WIRES_OF_CORE = 26


def read_r1cs(path):
    """Returns wires, outputs, inputs and constraints, each three dicts from wires to coefficients."""
    data = open(path, "rb").read()
    assert data[:4] == b"r1cs"
    sections, at = {}, 12
    for _ in range(struct.unpack_from("<I", data, 8)[0]):
        kind, size = struct.unpack_from("<IQ", data, at)
        sections[kind] = at + 12
        at += 12 + size
    at = sections[1]
    assert int.from_bytes(data[at + 4 : at + 36], "little") == P
    wires, outputs, public, private = struct.unpack_from("<IIII", data, at + 36)
    count = struct.unpack_from("<I", data, at + 60)[0]
    at = sections[2]
    constraints = []
    for _ in range(count):
        parts = []
        for _ in range(3):
            terms = struct.unpack_from("<I", data, at)[0]
            at += 4
            part = {}
            for _ in range(terms):
                part[struct.unpack_from("<I", data, at)[0]] = int.from_bytes(data[at + 4 : at + 36], "little")
                at += 36
            parts.append(part)
        constraints.append(tuple(parts))
    return wires, outputs, public + private, constraints


def linear(part):
    return {(): 0, **{((wire,) if wire else ()): value for wire, value in part.items()}}


class System:
    def __init__(self, wires, outputs, inputs, constraints, bits):
        self.wires, self.outputs, self.inputs, self.constraints = wires, outputs, inputs, constraints
        self.polynomials = {}
        self.of_wire = [[] for _ in range(wires)]
        self.wires_of = []
        # Wires that are bits, with the constraint that says so; None where it is required or proven.
        self.bits = {wire: None for wire in bits}
        for row, (a, b, c) in enumerate(constraints):
            names = sorted({*a, *b, *c} - {0})
            self.wires_of.append(names)
            for wire in names:
                self.of_wire[wire].append(row)
            if len(names) == 1:
                bit = bit_of(self.polynomial(row))
                if bit is not None:
                    self.bits.setdefault(bit, row)

    def polynomial(self, row):
        if row not in self.polynomials:
            a, b, c = (linear(part) for part in self.constraints[row])
            self.polynomials[row] = plus(times(a, b), scaled(-1, c))
        return self.polynomials[row]


def copy_of(polynomial, shared):
    rename = lambda wire: wire if wire in shared else f"{wire}_"
    return {tuple(sorted((rename(w) for w in monomial), key=str)): c for monomial, c in polynomial.items()}


def named(polynomial, names=None):
    """Returns the polynomial with variables as strings, under other names where there are some."""
    rename = str if names is None else lambda wire: names[wire]
    return {tuple(sorted(rename(wire) for wire in monomial)): c for monomial, c in polynomial.items()}


class Engines:
    """Asks both and keeps the answers by the form of the query."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.answers = {}
        self.decided = {"cvc5": 0, "singular": 0}
        self.undecided = {"cvc5": 0, "singular": 0}
        self.time = {"cvc5": 0.0, "singular": 0.0}

    def record(self, engine, is_decided, seconds):
        (self.decided if is_decided else self.undecided)[engine] += 1
        self.time[engine] += seconds

    def vanishing(self, equations, targets, split):
        """Returns which targets both engines prove to vanish; with `split`, a model tells which to leave out."""
        names = {}
        for polynomial in [*equations, *targets]:
            for monomial in polynomial:
                for wire in monomial:
                    names.setdefault(wire, f"x{len(names)}")
        equations = [named(polynomial, names) for polynomial in equations]
        renamed = [named(polynomial, names) for polynomial in targets]
        key = json.dumps([sorted(map(str, polynomial.items())) for polynomial in [*equations, {}, *renamed]])
        if key not in self.answers:
            self.answers[key] = self.ask(equations, renamed, split)
        return [target for target, holds in zip(targets, self.answers[key], strict=True) if holds]

    def ask(self, equations, targets, split):
        left = list(range(len(targets)))
        spent = 0.0
        while left:
            asked = [targets[number] for number in left]
            verdict, model, seconds = cvc5(equations, asked, self.seconds, split)
            spent += seconds
            if verdict == "unsat":
                proof, seconds = singular(equations, asked, self.seconds)
                self.record("cvc5", True, spent)
                self.record("singular", proof == "unsat", seconds)
                if proof != "unsat":
                    left = []
                break
            if verdict == "undecided" or not split:
                # A query that is not decided counts only where Singular would have proven it.
                if verdict == "undecided":
                    proof, seconds = singular(equations, asked, self.seconds)
                    if proof == "unsat":
                        self.record("singular", True, seconds)
                        self.record("cvc5", False, spent)
                left = []
                break
            value = lambda polynomial: sum(c * product(model, monomial) for monomial, c in polynomial.items()) % P
            left = [number for number in left if value(targets[number]) == 0]
        return [number in left for number in range(len(targets))]


def product(model, monomial):
    result = 1
    for variable in monomial:
        result = result * model.get(variable, 0) % P
    return result


class Certifier:
    def __init__(self, system, engines, task):
        self.system, self.engines = system, engines
        self.allows_divisors, self.assumed, self.given = task["divisors"], task["by_hand"], task["given"]
        self.known = {0, *range(system.outputs + 1, system.outputs + 1 + system.inputs), *task["alike"]}
        self.by_rules = self.bit_sums = self.divisors = self.by_hand = 0
        self.queue = set(range(len(system.constraints)))
        self.tried = set()

    def unknown_of(self, row):
        return [wire for wire in self.system.wires_of[row] if wire not in self.known]

    def open(self):
        return [wire for wire in range(self.system.wires) if wire not in self.known]

    def learn(self, wire, row=None):
        self.known.add(wire)
        self.queue.update(self.system.of_wire[wire])
        if row is not None:
            self.learn_bit(wire, row)

    def learn_bit(self, wire, row):
        """Proves that a wire is a bit that a constraint makes of bits."""
        bits, names = self.system.bits, self.system.wires_of[row]
        others = [name for name in names if name != wire]
        if wire in bits or not others or len(names) > 6 or any(name not in bits for name in others):
            return
        polynomial = self.system.polynomial(row)
        if max(map(len, polynomial)) < 2:
            return
        equations = [polynomial] + [{(name, name): 1, (name,): P - 1} for name in others]
        if self.engines.vanishing(equations, [{(wire, wire): 1, (wire,): P - 1}], False):
            bits[wire] = None

    def certify(self):
        system = self.system
        whole = self.open()
        # Where a reason by hand is needed, the engines do not find it.
        if len(whole) <= MOST_WIRES_AT_ONCE and whole and not self.allows_divisors:
            rows = [row for row in range(len(system.constraints)) if self.unknown_of(row)]
            self.ask_core(rows, whole)
        while True:
            self.apply_rules()
            if not (
                self.apply_cores(0)
                or self.apply_divisors()
                or self.apply_assumed()
                or self.apply_cores(1)
                or self.apply_cores(2)
            ):
                return self

    def apply_rules(self):
        while self.queue:
            row = self.queue.pop()
            unknown = self.unknown_of(row)
            if not unknown:
                continue
            a, b, c = self.system.constraints[row]
            wire = unknown[0]
            if len(unknown) == 1:
                # The factor of the wire: B where A has it, A where B has it.
                factors = [other for part, other in ((a, b), (b, a)) if wire in part]
                if not factors or (len(factors) == 1 and wire not in c and set(factors[0]) == {0}):
                    self.by_rules += 1
                    self.learn(wire, row)
                continue
            if self.is_bit_sum(row, unknown):
                self.bit_sums += 1
                self.by_rules += len(unknown)
                for wire in unknown:
                    self.learn(wire)

    def is_bit_sum(self, row, unknown):
        a, b, c = self.system.constraints[row]
        if len(unknown) > 253 or any(wire not in self.system.bits for wire in unknown):
            return False
        if set(a) - {0} and set(b) - {0}:
            return False
        polynomial = self.system.polynomial(row)
        factors = [polynomial[(wire,)] for wire in unknown]
        for least in (factors[0], factors[-1], *factors):
            inverse = pow(least, -1, P)
            powers = set()
            for factor in factors:
                ratio = factor * inverse % P
                ratio = min(ratio, P - ratio)
                if ratio & (ratio - 1) or ratio >= 1 << 253:
                    break
                powers.add(ratio)
            if len(powers) == len(factors):
                return True
        return False

    def core(self, seed, depth):
        """Returns the constraints around one, up to so many steps away, with the unknown wires in them."""
        system = self.system
        rows, unknown = {seed}, set(self.unknown_of(seed))
        for _ in range(depth):
            if len(unknown) > MOST_WIRES_OF_CORE:
                return None
            rows |= {row for wire in unknown for row in system.of_wire[wire]}
            unknown = {wire for row in rows for wire in self.unknown_of(row)}
        # What no other constraint of the core has may be anything: it and its constraint are left out.
        kept = set(self.unknown_of(seed))
        while True:
            uses = {}
            for row in rows:
                for wire in self.unknown_of(row):
                    uses.setdefault(wire, []).append(row)
            fixed = kept | system.bits.keys()
            leaves = {found[0] for wire, found in uses.items() if len(found) == 1 and wire not in fixed} - {seed}
            if not leaves:
                break
            rows -= leaves
        unknown = {wire for row in rows for wire in self.unknown_of(row)}
        if not unknown or len(unknown) > MOST_WIRES_OF_CORE:
            return None
        rows |= {
            row for wire in unknown for row in system.of_wire[wire] if set(self.unknown_of(row)) <= unknown
        }
        return sorted(rows), sorted(unknown)

    def ask_core(self, rows, unknown):
        """Asks which of the unknown wires the constraints determine, and learns them."""
        system = self.system
        equations = [system.polynomial(row) for row in rows]
        wires = {wire for row in rows for wire in system.wires_of[row]}
        said = {bit_of(equation) for equation in equations}
        for wire in sorted(wires):
            if wire in system.bits and wire not in said:
                equations.append({(wire, wire): 1, (wire,): P - 1})
        shared = wires - set(unknown)
        copies = [copy_of(equation, shared) for equation in equations]
        both = equations + [copied for copied, own in zip(copies, equations, strict=True) if copied != own]
        targets = [plus({(wire,): 1}, {(f"{wire}_",): P - 1}) for wire in unknown]
        # What is no bit first: bits follow from it by the rules, or need not be determined.
        few = [target for target, wire in zip(targets, unknown, strict=True) if wire not in system.bits]
        determined = []
        if len(unknown) > MOST_WIRES_AT_ONCE and few:
            determined = self.engines.vanishing(both, few, True)
        if not determined:
            determined = self.engines.vanishing(both, targets, True)
        if not determined and few:
            determined = self.engines.vanishing(both, few, True)
        found = [wire for target, wire in zip(targets, unknown, strict=True) if target in determined]
        for wire in found:
            self.learn(wire, rows[0] if len(rows) == 1 else None)
        return found

    def apply_cores(self, depth):
        progress = False
        for seed in range(len(self.system.constraints)):
            if not self.unknown_of(seed):
                continue
            core = self.core(seed, depth)
            if core is None or len(core[0]) < len(core[1]):
                continue
            key = (tuple(core[0]), tuple(core[1]))
            if key not in self.tried:
                self.tried.add(key)
                if self.ask_core(*core):
                    progress = True
                    self.apply_rules()
                    if depth > 0:
                        return True
        return progress

    def apply_divisors(self):
        if not self.allows_divisors:
            return False
        progress = False
        for row in range(len(self.system.constraints)):
            unknown = self.unknown_of(row)
            if len(unknown) != 1:
                continue
            a, b, _ = self.system.constraints[row]
            if (unknown[0] in a) != (unknown[0] in b):
                self.divisors += 1
                self.learn(unknown[0])
                progress = True
                self.apply_rules()
        return progress

    def apply_assumed(self):
        """Learns a wire that has an argument by hand, once what the argument needs is determined."""
        for wire in self.assumed if self.known.issuperset(self.given) else []:
            if wire not in self.known and self.system.of_wire[wire]:
                self.by_hand += 1
                self.learn(wire)
                return True
        return False


def forge(system, honest, seconds):
    """Returns another witness with the inputs of an honest one and another output, or other inner wire if there is no output."""
    values = {0: 1}
    for wire in range(system.outputs + 1, system.outputs + 1 + system.inputs):
        values[wire] = honest[wire]
    # What follows from the inputs' values.
    queue = set(range(len(system.constraints)))
    while queue:
        row = queue.pop()
        unknown = [wire for wire in system.wires_of[row] if wire not in values]
        if len(unknown) != 1:
            continue
        wire = unknown[0]
        a, b, c = system.constraints[row]
        known = lambda part: sum(factor * values[w] for w, factor in part.items() if w != wire) % P
        if wire in a and wire in b:
            continue
        factor = (a.get(wire, 0) * known(b) + b.get(wire, 0) * known(a) - c.get(wire, 0)) % P
        if factor:
            values[wire] = honest[wire]
            queue.update(system.of_wire[wire])
    targets = range(1, system.outputs + 1) if system.outputs else range(1 + system.inputs, system.wires)
    targets = [wire for wire in targets if wire not in values]
    if not targets:
        return None

    def with_values(polynomial):
        result = {}
        for monomial, coefficient in polynomial.items():
            for wire in monomial:
                if wire in values:
                    coefficient = coefficient * values[wire] % P
            result = plus(result, {tuple(str(wire) for wire in monomial if wire not in values): coefficient})
        return result

    rows = [row for row in range(len(system.constraints)) if any(w not in values for w in system.wires_of[row])]
    equations = [with_values(system.polynomial(row)) for row in rows]
    differences = [plus({(str(wire),): 1}, {(): -honest[wire] % P}) for wire in targets]
    verdict, model, _ = cvc5(equations, differences, seconds, True)
    if verdict != "sat":
        return None
    # A wire that is in no constraint may be anything.
    return [values[wire] if wire in values else model.get(str(wire), 0) for wire in range(system.wires)]


def is_quadratic(constraint):
    return bool(set(constraint[0]) - {0}) and bool(set(constraint[1]) - {0})


def remove_constraints(read, task, engines):
    # Reasons by hand may be about what is removed.
    task = task | {"by_hand": [], "alike": [], "divisors": False}
    wires, outputs, inputs, constraints = read
    rows = [row for row, constraint in enumerate(constraints) if is_quadratic(constraint)]
    count = min(task["remove"], len(rows))
    for row in [rows[number * len(rows) // count] for number in range(count)]:
        rest = System(wires, outputs, inputs, constraints[:row] + constraints[row + 1 :], task["bits"])
        result = {"row": row, "verdict": "undecided", "honest": None, "forged": None}
        for number, witness in enumerate(task["witnesses"]):
            honest = [int(value) for value in witness]
            forged = forge(rest, honest, min(10, task["seconds"]))
            if forged is not None:
                result |= {"verdict": "found", "honest": number, "forged": [str(value) for value in forged]}
                break
        else:
            certifier = Certifier(rest, engines, task).certify()
            wanted = range(1, outputs + 1) if outputs else range(1, wires)
            if all(wire in certifier.known for wire in wanted):
                refused, result["verdict"] = refused_by(row, rest, constraints, engines)
                result["forged"] = None if refused is None else [str(value) for value in refused]
        yield result


def refused_by(row, rest, constraints, engines):
    """Returns a witness of the other constraints that this one refuses, and `refuses`; `redundant` where there is none."""
    whole = System(rest.wires, rest.outputs, rest.inputs, constraints, [])
    equations = [named(rest.polynomial(number)) for number in range(len(rest.constraints))]
    equations += [{(str(bit), str(bit)): 1, (str(bit),): P - 1} for bit, said in rest.bits.items() if said is None]
    target = named(whole.polynomial(row))
    verdict, model, _ = cvc5(equations, [target], engines.seconds, True)
    if verdict == "sat":
        return [model.get(str(wire), 0) if wire else 1 for wire in range(rest.wires)], "refuses"
    if verdict == "unsat" and singular(equations, [target], engines.seconds)[0] == "unsat":
        return None, "redundant"
    return None, "determined"


def main():
    require()
    task = json.load(open(sys.argv[1]))
    read = read_r1cs("system.r1cs")
    wires, outputs, inputs, constraints = read
    engines = Engines(task["seconds"])
    certifier = Certifier(System(*read, task["bits"]), engines, task).certify()
    left = [*certifier.open(), *task["alike"]]
    verdict = lambda engine: {
        "decided": engines.decided[engine],
        "undecided": engines.undecided[engine],
        "seconds": engines.time[engine],
    }
    finding = {
        "constraints": len(constraints),
        "unknown": wires - 1 - inputs,
        "by_rules": certifier.by_rules,
        "bit_sums": certifier.bit_sums,
        "divisors": certifier.divisors,
        "by_hand": certifier.by_hand + len(task["alike"]),
        "queries": len(engines.answers),
        "cvc5": verdict("cvc5"),
        "singular": verdict("singular"),
        "open": len(left),
        "open_outputs": sum(wire <= outputs for wire in left),
    }
    finding["engines"] = versions()
    finding["removed"] = list(remove_constraints(read, task, Engines(min(10, task["seconds"]))))
    print(json.dumps(finding))


main()
