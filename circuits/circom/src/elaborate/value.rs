//! Values while compiling: known numbers, linear and quadratic forms in signals, and what only the witness tells.

use std::rc::Rc;
use std::sync::Arc;

use ark_ff::PrimeField;

use super::bus::BusId;
use super::linear::Linear;
use super::tags::Tags;

/// A number, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scalar<F> {
    /// Known when compiling.
    Known(F),
    /// Linear in signals.
    Linear(Rc<Linear<F>>),
    /// `a * b + c` in signals.
    Quadratic(Rc<[Linear<F>; 3]>),
    /// Known only with the witness: in a slot of the instance's program.
    Opaque(u32),
}

/// A number, a bus, or an array of them, row-major.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Value<F> {
    /// The lengths of the axes; none for a number or a bus.
    pub(crate) dimensions: Arc<[usize]>,
    /// The bus that each element is.
    pub(crate) bus: Option<BusId>,
    /// The numbers.
    pub(crate) items: Items<F>,
    /// The tags of the signals that the value is read from.
    pub(crate) tags: Tags,
}

/// The elements of a value; numbers, by far the most frequent, need no allocation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Items<F> {
    One(Scalar<F>),
    Many(Rc<Vec<Scalar<F>>>),
}

impl<F: PrimeField> Value<F> {
    pub(crate) fn scalar(scalar: Scalar<F>) -> Self {
        Self { dimensions: super::no_axes(), bus: None, items: Items::One(scalar), tags: Tags::default() }
    }

    pub(crate) fn array(dimensions: Arc<[usize]>, items: Vec<Scalar<F>>) -> Self {
        Self { dimensions, bus: None, items: Items::Many(Rc::new(items)), tags: Tags::default() }
    }

    pub(crate) fn items(&self) -> &[Scalar<F>] {
        match &self.items {
            Items::One(scalar) => std::slice::from_ref(scalar),
            Items::Many(items) => items,
        }
    }

    pub(crate) fn items_mut(&mut self) -> &mut [Scalar<F>] {
        match &mut self.items {
            Items::One(scalar) => std::slice::from_mut(scalar),
            Items::Many(items) => Rc::make_mut(items).as_mut_slice(),
        }
    }
}

impl<F: PrimeField> Scalar<F> {
    pub(crate) fn signal(signal: u32) -> Self {
        Self::Linear(Rc::new(Linear::signal(signal)))
    }

    pub(crate) fn known(&self) -> Option<F> {
        match self {
            Self::Known(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the scalar as `a * b + c`; `None` when it is not known to be quadratic.
    pub(crate) fn quadratic(&self) -> Option<[Linear<F>; 3]> {
        match self {
            Self::Known(value) => Some([Linear::default(), Linear::default(), Linear::constant(*value)]),
            Self::Linear(linear) => Some([Linear::default(), Linear::default(), (**linear).clone()]),
            Self::Quadratic(form) => Some((**form).clone()),
            Self::Opaque(_) => None,
        }
    }

    /// Returns `self + factor * other` where that is quadratic at most; `factor` is 1 or -1.
    pub(crate) fn add(self, other: Self, factor: F) -> Result<Self, [Self; 2]> {
        use Scalar::{Known, Linear as Lin, Quadratic};
        Ok(match (self, other) {
            (Known(left), Known(right)) => Known(left + right * factor),
            (Lin(mut left), Known(right)) => {
                Rc::make_mut(&mut left).constant += right * factor;
                Lin(left)
            }
            (Lin(mut left), Lin(right)) => {
                Rc::make_mut(&mut left).add(&right, factor);
                Lin(left)
            }
            (Quadratic(mut left), Known(right)) => {
                Rc::make_mut(&mut left)[2].constant += right * factor;
                Quadratic(left)
            }
            (Quadratic(mut left), Lin(right)) => {
                Rc::make_mut(&mut left)[2].add(&right, factor);
                Quadratic(left)
            }
            (left @ (Known(_) | Lin(_)), right @ (Lin(_) | Quadratic(_))) => {
                return right.scale(factor).map_or_else(
                    |right| Err([left.clone(), right]),
                    |right| right.add(left.clone(), F::one()),
                );
            }
            (left, right) => return Err([left, right]),
        })
    }

    /// Returns `factor * self` where that is quadratic at most.
    pub(crate) fn scale(self, factor: F) -> Result<Self, Self> {
        if factor.is_one() {
            return Ok(self);
        }
        match self {
            Self::Known(value) => Ok(Self::Known(value * factor)),
            Self::Linear(mut linear) => {
                Rc::make_mut(&mut linear).scale(factor);
                Ok(Self::Linear(linear))
            }
            Self::Quadratic(mut form) => {
                let parts = Rc::make_mut(&mut form);
                parts[0].scale(factor);
                parts[2].scale(factor);
                Ok(Self::Quadratic(form))
            }
            opaque @ Self::Opaque(_) => Err(opaque),
        }
    }
}
