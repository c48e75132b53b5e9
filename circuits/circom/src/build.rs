//! Placed instances to one constraint system, with equalities eliminated.

use ark_ff::{One, Zero};
use tensorproof_r1cs::{Fr, Matrix, R1cs, Term, Wire};

use crate::ast::DeclarationKind;
use crate::elaborate::{Coefficients, Constraint, Elaboration, Instance, ONE, Signal};
use crate::options::Level;

/// The label of the constant one; the main component's signal 0 has label 1.
pub(crate) const MAIN_LABEL: u32 = 1;

/// A wire number that says: eliminated.
pub(crate) const NO_WIRE: u32 = u32::MAX;

/// What becomes of a program's constraints.
pub(crate) struct Built {
    pub(crate) r1cs: R1cs,
    /// The wire of each label.
    pub(crate) wires: Vec<u32>,
}

/// Calls `visit` for each component with its instance and the label of its signal 0, a component before its parts.
pub(crate) fn for_each_component<'e>(
    instances: &'e [Instance],
    main: usize,
    mut visit: impl FnMut(&'e Instance, u32),
) {
    let mut open = vec![(main, MAIN_LABEL)];
    while let Some((id, label)) = open.pop() {
        let instance = &instances[id];
        visit(instance, label);
        for component in instance.components.iter().rev() {
            open.push((component.instance, label + component.first));
        }
    }
}

/// A row of the system under simplification: terms of a, b and c, by label.
#[derive(Clone, Copy)]
struct Row {
    start: usize,
    ends: [usize; 3],
}

/// Builds the constraint system. `Err` holds the instance and constraint of one that can never hold.
pub(crate) fn build(
    elaboration: &mut Elaboration,
    public: &[&str],
    level: Level,
) -> Result<Built, tensorproof_r1cs::Unsatisfied> {
    let main = &elaboration.instances[elaboration.main];
    let labels = main.size + MAIN_LABEL;
    let of_kind = |kind: DeclarationKind, wanted: Option<bool>| {
        let matches = move |signal: &&Signal| {
            signal.kind == kind
                && wanted.is_none_or(|wanted| public.contains(&signal.name.as_str()) == wanted)
        };
        let signals = main.signals.iter().filter(matches);
        signals.flat_map(|signal| (signal.first..signal.first + signal.length).map(|s| s + MAIN_LABEL))
    };
    let outputs: Vec<u32> = of_kind(DeclarationKind::Output, None).collect();
    let public_inputs: Vec<u32> = of_kind(DeclarationKind::Input, Some(true)).collect();
    let private_inputs: Vec<u32> = of_kind(DeclarationKind::Input, Some(false)).collect();

    let mut system = System::new(labels);
    for label in outputs.iter().chain(&public_inputs) {
        system.is_kept[*label as usize] = true;
    }
    for_each_component(&elaboration.instances, elaboration.main, |instance, label| {
        for constraint in &instance.constraints {
            system.push(instance, *constraint, label);
        }
    });
    let mut coefficients = std::mem::take(&mut elaboration.coefficients);
    if level != Level::O0 {
        system.eliminate_equalities(&mut coefficients);
    }
    if let Some(row) = system.impossible(&coefficients) {
        return Err(tensorproof_r1cs::Unsatisfied::Row { row });
    }

    // Wires: one, outputs, public inputs, private inputs, then what is left, by label.
    let mut wires = vec![NO_WIRE; labels as usize];
    let mut wire_labels = vec![0u64];
    wires[0] = 0;
    let mut place = |label: u32, wires: &mut Vec<u32>| {
        if wires[label as usize] == NO_WIRE {
            wires[label as usize] = u32::try_from(wire_labels.len()).unwrap_or(NO_WIRE);
            wire_labels.push(u64::from(label));
        }
    };
    for label in outputs.iter().chain(&public_inputs) {
        place(*label, &mut wires);
    }
    let mut used = vec![level == Level::O0; labels as usize];
    for (label, _) in &system.terms {
        used[*label as usize] = true;
    }
    let stays = |label: u32| {
        used[label as usize] && system.representative(label) == label && !system.is_constant[label as usize]
    };
    // A private input that no constraint needs any more has no wire, as in circom.
    let private: Vec<u32> = private_inputs.into_iter().filter(|label| stays(*label)).collect();
    for label in private.iter().copied().chain((MAIN_LABEL..labels).filter(|label| stays(*label))) {
        place(label, &mut wires);
    }
    let count = |labels: &[u32]| u32::try_from(labels.len()).unwrap_or(u32::MAX);
    let [a, b, c] = system.matrices(&wires);
    // An eliminated signal is shown at the wire that holds its value.
    for label in MAIN_LABEL..labels {
        let representative = system.representative(label) as usize;
        if wires[label as usize] == NO_WIRE && !system.is_constant[representative] {
            wires[label as usize] = wires[representative];
        }
    }
    let r1cs = R1cs {
        wires: u32::try_from(wire_labels.len()).unwrap_or(u32::MAX),
        public_outputs: count(&outputs),
        public_inputs: count(&public_inputs),
        private_inputs: count(&private),
        labels: u64::from(labels),
        wire_labels,
        coefficients: coefficients.into_values(),
        a,
        b,
        c,
    };
    Ok(Built { r1cs, wires })
}

/// Rows by label, and which labels stand for others.
struct System {
    terms: Vec<(u32, u32)>,
    rows: Vec<Row>,
    /// The label that each label equals; itself when it stands for itself.
    parents: Vec<u32>,
    is_kept: Vec<bool>,
    is_constant: Vec<bool>,
    /// The values of the labels for which `is_constant` holds.
    constants: rustc_hash::FxHashMap<u32, Fr>,
}

impl System {
    fn new(labels: u32) -> Self {
        Self {
            terms: Vec::new(),
            rows: Vec::new(),
            parents: (0..labels).collect(),
            is_kept: vec![false; labels as usize],
            is_constant: vec![false; labels as usize],
            constants: rustc_hash::FxHashMap::default(),
        }
    }

    fn push(&mut self, instance: &Instance, constraint: Constraint, label: u32) {
        let start = self.terms.len();
        let mut ends = [start; 3];
        for (end, part) in ends.iter_mut().zip(instance.parts(constraint)) {
            self.terms.extend(
                part.iter().map(|&(signal, value)| (if signal == ONE { 0 } else { signal + label }, value)),
            );
            *end = self.terms.len();
        }
        self.rows.push(Row { start, ends });
    }

    fn parts(&self, row: Row) -> [&[(u32, u32)]; 3] {
        [
            &self.terms[row.start..row.ends[0]],
            &self.terms[row.ends[0]..row.ends[1]],
            &self.terms[row.ends[1]..row.ends[2]],
        ]
    }

    fn representative(&self, mut label: u32) -> u32 {
        while self.parents[label as usize] != label {
            label = self.parents[label as usize];
        }
        label
    }

    /// As [`System::representative`], making later look-ups shorter.
    fn find(&mut self, label: u32) -> u32 {
        let root = self.representative(label);
        let mut next = label;
        while next != root {
            next = std::mem::replace(&mut self.parents[next as usize], root);
        }
        root
    }

    /// Removes rows that say that a signal equals another one or a constant, until there is none left.
    fn eliminate_equalities(&mut self, coefficients: &mut Coefficients) {
        loop {
            let before = self.rows.len();
            let rows = std::mem::take(&mut self.rows);
            let kept = rows.into_iter().filter(|row| !self.absorb(*row, coefficients)).collect();
            self.rows = kept;
            if self.rows.len() == before {
                return;
            }
            self.substitute(coefficients);
        }
    }

    /// Takes over what a row says, if it is an equality; returns whether the row is not needed any more.
    fn absorb(&mut self, row: Row, coefficients: &Coefficients) -> bool {
        let [a, b, c] = self.parts(row);
        if !a.is_empty() && !b.is_empty() {
            return false;
        }
        match *c {
            [] => true,
            [(label, _)] if label != 0 => self.set_constant(label, Fr::zero()),
            [(0, constant), (label, value)] => {
                let inverse = ark_ff::Field::inverse(&coefficients.get(value)).unwrap_or_default();
                self.set_constant(label, -coefficients.get(constant) * inverse)
            }
            [(left, one), (right, other)] if coefficients.get(one) == -coefficients.get(other) => {
                let (left, right) = (self.find(left), self.find(right));
                self.unite(left, right)
            }
            _ => false,
        }
    }

    fn set_constant(&mut self, label: u32, value: Fr) -> bool {
        let label = self.find(label);
        if self.is_kept[label as usize] || self.is_constant[label as usize] {
            return false;
        }
        self.is_constant[label as usize] = true;
        self.constants.insert(label, value);
        true
    }

    fn unite(&mut self, left: u32, right: u32) -> bool {
        if left == right {
            return true;
        }
        let fixed = |label: u32| self.is_kept[label as usize] || self.is_constant[label as usize];
        match (fixed(left), fixed(right)) {
            (true, true) => return false,
            (true, false) => self.parents[right as usize] = left,
            (false, true) => self.parents[left as usize] = right,
            (false, false) => self.parents[left.max(right) as usize] = left.min(right),
        }
        true
    }

    /// Writes every row anew, in terms of representatives and constants.
    fn substitute(&mut self, coefficients: &mut Coefficients) {
        let terms = std::mem::take(&mut self.terms);
        let rows = std::mem::take(&mut self.rows);
        self.terms.reserve(terms.len());
        self.rows.reserve(rows.len());
        let mut part = Vec::new();
        for row in rows {
            let start = self.terms.len();
            let mut ends = [start; 3];
            let mut from = row.start;
            for (end, to) in ends.iter_mut().zip(row.ends) {
                part.clear();
                part.extend_from_slice(&terms[from..to]);
                from = to;
                self.substitute_part(&mut part, coefficients);
                self.terms.extend_from_slice(&part);
                *end = self.terms.len();
            }
            let row = self.without_constant_factor(Row { start, ends }, coefficients);
            self.rows.push(row);
        }
    }

    fn substitute_part(&mut self, part: &mut Vec<(u32, u32)>, coefficients: &mut Coefficients) {
        let mut sum = Fr::zero();
        let mut has_constant = false;
        part.retain_mut(|(label, value)| {
            *label = if *label == 0 { 0 } else { self.find(*label) };
            if *label != 0 && !self.is_constant[*label as usize] {
                return true;
            }
            has_constant = true;
            let factor = if *label == 0 { Fr::one() } else { self.constants[label] };
            sum += coefficients.get(*value) * factor;
            false
        });
        if !part.windows(2).all(|pair| pair[0].0 < pair[1].0) {
            part.sort_unstable_by_key(|(label, _)| *label);
            part.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    earlier.1 = coefficients.intern(coefficients.get(earlier.1) + coefficients.get(later.1));
                }
                same
            });
            part.retain(|(_, value)| !coefficients.get(*value).is_zero());
        }
        if has_constant && !sum.is_zero() {
            part.insert(0, (0, coefficients.intern(sum)));
        }
    }

    /// Turns a product with a constant factor, just written at the end of `terms`, into a linear row.
    fn without_constant_factor(&mut self, row: Row, coefficients: &mut Coefficients) -> Row {
        let [a, b, _] = self.parts(row);
        let constant = |part: &[(u32, u32)]| matches!(part, [] | [(0, _)]);
        if (a.is_empty() && b.is_empty()) || !(constant(a) || constant(b)) {
            return row;
        }
        let (factor, other) = if constant(a) { (a, b) } else { (b, a) };
        let factor = factor.first().map_or(Fr::zero(), |(_, value)| coefficients.get(*value));
        let other = other.to_vec();
        let mut c = self.terms[row.ends[1]..row.ends[2]].to_vec();
        for (label, value) in other {
            c.push((label, coefficients.intern(-coefficients.get(value) * factor)));
        }
        self.terms.truncate(row.start);
        self.substitute_part(&mut c, coefficients);
        c.retain(|(_, value)| !coefficients.get(*value).is_zero());
        self.terms.extend_from_slice(&c);
        Row { start: row.start, ends: [row.start, row.start, self.terms.len()] }
    }

    /// Returns a row without signals that does not hold.
    fn impossible(&self, coefficients: &Coefficients) -> Option<usize> {
        self.rows.iter().position(|row| {
            let [a, b, c] = self.parts(*row);
            (a.is_empty() || b.is_empty()) && matches!(c, [(0, value)] if !coefficients.get(*value).is_zero())
        })
    }

    fn matrices(&self, wires: &[u32]) -> [Matrix; 3] {
        let mut matrices = [Matrix::new(), Matrix::new(), Matrix::new()];
        let mut sorted = Vec::new();
        for row in &self.rows {
            for (matrix, part) in matrices.iter_mut().zip(self.parts(*row)) {
                sorted.clear();
                sorted.extend(
                    part.iter().map(|(label, value)| Term {
                        wire: Wire(wires[*label as usize]),
                        coefficient: *value,
                    }),
                );
                sorted.sort_unstable_by_key(|term| term.wire);
                matrix.push_row(sorted.iter().copied());
            }
        }
        matrices
    }
}
