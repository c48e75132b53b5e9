"""The two engines, cvc5 (finite fields, QF_FF) and Singular (Groebner bases), each in a process of its own with a limit of its
processor's time, so that what is decided does not depend on what else the machine does.

A polynomial over BN254's scalars is a dict from monomials, sorted tuples of variables, to coefficients. A query is: where all
`equations` are zero, is each of `targets` zero? The answer is about solutions in the field itself, not in its closure.
"""

import importlib.metadata
import math
import re
import resource
import shutil
import signal
import subprocess
import sys

P = 21888242871839275222246405745257275088548364400416034343698204186575808495617

CVC5 = """
import sys, cvc5
solver = cvc5.Solver(cvc5.TermManager())
solver.setOption("produce-models", "true")
solver.setOption("ff-elim-disjunctive-bit", "false")
parser = cvc5.InputParser(solver)
parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, sys.stdin.read(), "query")
while not (command := parser.nextCommand()).isNull():
    print(command.invoke(solver, parser.getSymbolManager()), end="", flush=True)
"""

# Says whether each target vanishes: it is in the ideal, or in its radical, or the points at which it does not vanish have a
# coordinate that is a root of a polynomial without roots in the field.
SINGULAR = """
option(redSB);
ideal bases = std(equations);
int i; int j; int k; int proven; poly power; ideal rest; ideal one; ideal occurring;
for (i = 1; i <= ncols(targets); i++)
{
  proven = (reduce(targets[i], bases) == 0);
  if (proven == 0)
  {
    rest = std(bases + ideal(1 - inverse_ * targets[i]));
    proven = (reduce(poly(1), rest) == 0);
    for (j = 1; j <= ncols(rest) and proven == 0; j++)
    {
      occurring = variables(rest[j]);
      if (size(occurring) == 1)
      {
        one = std(ideal(rest[j]));
        power = occurring[1];
        for (k = 2; k <= size(bits); k++)
        {
          power = reduce(power * power, one);
          if (bits[k] == "1") { power = reduce(power * occurring[1], one); }
        }
        one = std(ideal(rest[j], power - occurring[1]));
        proven = (reduce(poly(1), one) == 0);
      }
    }
  }
  print("target " + string(proven));
}
quit;
"""


def plus(*polynomials):
    total = {}
    for polynomial in polynomials:
        for monomial, coefficient in polynomial.items():
            total[monomial] = (total.get(monomial, 0) + coefficient) % P
    return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}


def times(left, right):
    product = {}
    for m, c in left.items():
        for n, d in right.items():
            monomial = tuple(sorted(m + n))
            product[monomial] = (product.get(monomial, 0) + c * d) % P
    return {monomial: coefficient for monomial, coefficient in product.items() if coefficient}


def scaled(factor, polynomial):
    return times({(): factor % P}, polynomial)


def bit_of(polynomial):
    """Returns b where the polynomial is a multiple of b * (b - 1)."""
    if len(polynomial) == 2:
        (short, long) = sorted(polynomial, key=len)
        if len(short) == 1 and long == short * 2 and (polynomial[short] + polynomial[long]) % P == 0:
            return short[0]
    return None


def variables(polynomials):
    return sorted({variable for polynomial in polynomials for monomial in polynomial for variable in monomial})


def smt_term(polynomial):
    products = []
    for monomial, coefficient in polynomial.items():
        factors = [f"v{variable}" for variable in monomial]
        if coefficient != 1 or not factors:
            factors.insert(0, f"(as ff{coefficient} F)")
        products.append(factors[0] if len(factors) == 1 else f"(ff.mul {' '.join(factors)})")
    if not products:
        return "(as ff0 F)"
    return products[0] if len(products) == 1 else f"(ff.add {' '.join(products)})"


def smt_text(equations, targets, bits_by_cases):
    names = variables(equations + targets)
    lines = ["(set-logic QF_FF)", f"(define-sort F () (_ FiniteField {P}))"]
    lines += [f"(declare-fun v{name} () F)" for name in names]
    for equation in equations:
        bit = bit_of(equation)
        if bit is None or not bits_by_cases:
            lines.append(f"(assert (= {smt_term(equation)} (as ff0 F)))")
        else:
            lines.append(f"(assert (or (= v{bit} (as ff0 F)) (= v{bit} (as ff1 F))))")
    differ = [f"(not (= {smt_term(target)} (as ff0 F)))" for target in targets]
    lines.append(f"(assert (or false {' '.join(differ)}))")
    lines.append("(check-sat)")
    return "\n".join(lines) + "\n", names


def cvc5(equations, targets, limit, want_model=False):
    """Returns `unsat`, `sat` or `undecided`, the model where there is one, and seconds.

    Bits are decided by cases, or by their polynomials where that takes too long.
    """
    spent = 0.0
    for bits_by_cases, share in ((True, 0.3), (False, 0.7)):
        verdict, model, seconds = ask_cvc5(*smt_text(equations, targets, bits_by_cases), limit * share, want_model)
        spent += seconds
        if verdict != "undecided":
            break
    return verdict, model, spent


def run(command, text, limit):
    """Returns what a process printed, None if it took longer than the limit, and the processor's seconds."""
    limit = math.ceil(limit)
    bound = lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, input=text, capture_output=True, text=True, preexec_fn=bound)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode == -signal.SIGXCPU:
        return None, seconds
    if done.returncode < 0:
        raise RuntimeError(f"{command[0]} ended with signal {-done.returncode}: {done.stderr[-500:]}")
    return done, seconds


def ask_cvc5(text, names, limit, want_model):
    if want_model and names:
        text += f"(get-value ({' '.join(f'v{name}' for name in names)}))\n"
    done, seconds = run([sys.executable, "-c", CVC5], text, limit)
    if done is None:
        return "undecided", None, seconds
    verdict = done.stdout.split()[0] if done.stdout.split() else ""
    if verdict not in ("sat", "unsat", "unknown"):
        raise RuntimeError(f"cvc5 failed: {done.stderr[-500:]}{done.stdout[-500:]}")
    if verdict == "unknown":
        return "undecided", None, seconds
    model = None
    if verdict == "sat" and want_model:
        model = {name: int(value) % P for name, value in re.findall(r"\(v(\w+) #f(-?\d+)m\d+\)", done.stdout)}
        assert len(model) == len(names)
    return verdict, model, seconds


def singular_term(polynomial):
    def product(monomial, coefficient):
        signed = coefficient if coefficient <= P // 2 else coefficient - P
        return "*".join([f"({signed})"] + [f"v{variable}" for variable in monomial])

    return "+".join(product(monomial, coefficient) for monomial, coefficient in polynomial.items()) or "0"


def singular(equations, targets, limit):
    """Returns `unsat` where every target is proven to vanish, else `undecided`, and seconds."""
    names = ",".join(["inverse_"] + [f"v{name}" for name in variables(equations + targets)])
    text = f"ring field = (integer, {P}), ({names}), dp;\n"
    text += "ideal equations = " + ",\n".join([singular_term(equation) for equation in equations] or ["0"]) + ";\n"
    text += "ideal targets = " + ",\n".join(singular_term(target) for target in targets) + ";\n"
    text += f'string bits = "{P:b}";\n{SINGULAR}'
    done, seconds = run(["Singular", "-q"], text, limit)
    if done is None:
        return "undecided", seconds
    told = [line.strip() for line in done.stdout.splitlines()]
    if any("?" in line for line in told):
        raise RuntimeError(f"Singular failed: {done.stdout[:500]}\n{text[:2000]}")
    return "unsat" if told.count("target 1") == len(targets) else "undecided", seconds


def require():
    """Says what is missing."""
    if shutil.which("Singular") is None:
        sys.exit("Singular is missing: `apt-get install --no-install-recommends singular-ui`, or `cargo xtask test` as root")


def versions():
    """Returns the versions of cvc5 and Singular."""
    told = subprocess.run(["Singular", "--version"], capture_output=True, text=True, check=True).stdout
    return {
        "cvc5": importlib.metadata.version("cvc5-gpl"),
        "singular": re.search(r"version (\S+)", told).group(1),
    }
