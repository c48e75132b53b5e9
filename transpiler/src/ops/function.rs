//! Functions of one value without a closed form: they become tables of straight pieces.
//!
//! Outside a range around zero each is a line up to far less than a table's error, so the table covers that range alone.

/// A function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Function {
    /// max(0, x) + min(0, alpha * (exp(x / alpha) - 1)).
    Celu(f64),
    /// x, or alpha * (exp(x) - 1) below zero.
    Elu(f64),
    /// The error function.
    Erf,
    /// e^x.
    Exp,
    /// x * (1 + erf(x / sqrt 2)) / 2.
    Gelu,
    /// The approximation of `Gelu` by tanh.
    GeluTanh,
    /// The natural logarithm.
    Log,
    /// The natural logarithm of a value, or of a bound where that is larger.
    LogAbove(f64),
    /// x * tanh(log(1 + e^x)).
    Mish,
    /// gamma * (x, or alpha * (exp(x) - 1) below zero).
    Selu(f64, f64),
    /// 1 / (1 + e^-x).
    Sigmoid,
    /// log(1 + e^x).
    Softplus,
    /// x / (1 + |x|).
    Softsign,
    /// x * sigmoid(alpha * x).
    Swish(f64),
    /// The hyperbolic tangent.
    Tanh,
    /// The sine.
    Sin,
    /// The cosine.
    Cos,
    /// The tangent.
    Tan,
    /// The arc sine.
    Asin,
    /// The arc cosine.
    Acos,
    /// The arc tangent.
    Atan,
    /// The hyperbolic sine.
    Sinh,
    /// The hyperbolic cosine.
    Cosh,
    /// The inverse of `Sinh`.
    Asinh,
    /// The inverse of `Cosh`.
    Acosh,
    /// The inverse of `Tanh`.
    Atanh,
}

/// How a function goes on outside the range that a table covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tails {
    /// The table covers [-reach, reach] at least.
    pub(crate) reach: f64,
    /// The slope of the line through the origin that the function follows above; below it is constant.
    pub(crate) slope: f64,
}

impl Function {
    /// Returns the function's name in ONNX.
    pub fn name(self) -> &'static str {
        match self {
            Self::Celu(_) => "Celu",
            Self::Elu(_) => "Elu",
            Self::Erf => "Erf",
            Self::Exp => "Exp",
            Self::Gelu | Self::GeluTanh => "Gelu",
            Self::Log | Self::LogAbove(_) => "Log",
            Self::Mish => "Mish",
            Self::Selu(..) => "Selu",
            Self::Sigmoid => "Sigmoid",
            Self::Softplus => "Softplus",
            Self::Softsign => "Softsign",
            Self::Swish(_) => "Swish",
            Self::Tanh => "Tanh",
            Self::Sin => "Sin",
            Self::Cos => "Cos",
            Self::Tan => "Tan",
            Self::Asin => "Asin",
            Self::Acos => "Acos",
            Self::Atan => "Atan",
            Self::Sinh => "Sinh",
            Self::Cosh => "Cosh",
            Self::Asinh => "Asinh",
            Self::Acosh => "Acosh",
            Self::Atanh => "Atanh",
        }
    }

    /// Computes the function.
    pub fn real(self, x: f64) -> f64 {
        match self {
            Self::Celu(alpha) => x.max(0.0) + (alpha * (x / alpha).exp_m1()).min(0.0),
            Self::Elu(alpha) => {
                if x < 0.0 {
                    alpha * x.exp_m1()
                } else {
                    x
                }
            }
            Self::Erf => erf(x),
            Self::Exp => x.exp(),
            Self::Gelu => x * (1.0 + erf(x * std::f64::consts::FRAC_1_SQRT_2)) / 2.0,
            Self::GeluTanh => {
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x * x * x);
                x * (1.0 + inner.tanh()) / 2.0
            }
            Self::Log => x.ln(),
            Self::LogAbove(least) => x.max(least).ln(),
            Self::Mish => x * softplus(x).tanh(),
            Self::Selu(alpha, gamma) => gamma * if x < 0.0 { alpha * x.exp_m1() } else { x },
            Self::Sigmoid => sigmoid(x),
            Self::Softplus => softplus(x),
            Self::Softsign => x / (1.0 + x.abs()),
            Self::Swish(alpha) => x * sigmoid(alpha * x),
            Self::Tanh => x.tanh(),
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Tan => x.tan(),
            Self::Asin => x.asin(),
            Self::Acos => x.acos(),
            Self::Atan => x.atan(),
            Self::Sinh => x.sinh(),
            Self::Cosh => x.cosh(),
            Self::Asinh => x.asinh(),
            Self::Acosh => x.acosh(),
            Self::Atanh => x.atanh(),
        }
    }

    /// Says what of a range the function is not defined for, or too large.
    pub(crate) fn misfit(self, low: f64, high: f64) -> Option<&'static str> {
        let outside = |least: f64, most: f64| low < least || high > most;
        match self {
            Self::Asin | Self::Acos if outside(-1.0, 1.0) => Some("expected at least -1 and at most 1"),
            Self::Atanh if low <= -1.0 || high >= 1.0 => Some("expected more than -1 and less than 1"),
            Self::Acosh if low < 1.0 => Some("expected at least 1"),
            Self::Sinh | Self::Cosh if outside(-40.0, 40.0) => Some("expected at least -40 and at most 40"),
            Self::Tan => {
                let turn = |x: f64| (x / std::f64::consts::PI + 0.5).floor();
                let has_pole = turn(low - 1e-3) < turn(high + 1e-3);
                has_pole.then_some("expected none around an odd multiple of pi / 2")
            }
            _ => None,
        }
    }

    /// Returns the nearest number that the function is defined for: a table reaches further than the values.
    pub(crate) fn inside(self, x: f64) -> f64 {
        match self {
            Self::Asin | Self::Acos => x.clamp(-1.0, 1.0),
            Self::Atanh => x.clamp(-1.0 + 1e-9, 1.0 - 1e-9),
            Self::Acosh => x.max(1.0),
            _ => x,
        }
    }

    /// Returns how the function goes on outside a range around zero; `None` when it is no line there.
    pub(crate) fn tails(self) -> Option<Tails> {
        let tails = |reach: f64, slope: f64| Some(Tails { reach, slope });
        match self {
            Self::Sigmoid => tails(16.0, 0.0),
            Self::Tanh => tails(8.0, 0.0),
            Self::Erf => tails(4.0, 0.0),
            Self::Gelu | Self::GeluTanh => tails(6.0, 1.0),
            Self::Mish | Self::Softplus | Self::Elu(_) => tails(16.0, 1.0),
            Self::Swish(alpha) if alpha > 0.0 => tails(16.0 / alpha.min(1.0), 1.0),
            Self::Celu(alpha) if alpha > 0.0 => tails(16.0 * alpha.max(1.0), 1.0),
            Self::Selu(_, gamma) => tails(16.0, gamma),
            _ => None,
        }
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Computes the error function: its Taylor series near zero, the continued fraction of its complement elsewhere.
///
/// Source: Abramowitz and Stegun, 7.1.6 and 7.1.14.
fn erf(x: f64) -> f64 {
    let magnitude = x.abs();
    let value = if magnitude < 2.5 {
        let (mut term, mut sum) = (magnitude, magnitude);
        let mut n = 0.0;
        while term > 1e-18 * sum {
            n += 1.0;
            term *= 2.0 * magnitude * magnitude / (2.0 * n + 1.0);
            sum += term;
        }
        sum * (-magnitude * magnitude).exp() * std::f64::consts::FRAC_2_SQRT_PI
    } else {
        let fraction = (1..=60).rev().fold(magnitude, |rest, k| magnitude + f64::from(k) / 2.0 / rest);
        1.0 - (-magnitude * magnitude).exp() / fraction / std::f64::consts::PI.sqrt()
    };
    value.copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erf_has_its_tabulated_values() {
        let rows = [
            (0.1, 0.112_462_916_018_284_9),
            (1.0, 0.842_700_792_949_714_9),
            (2.4, 0.999_311_486_103_354_9),
            (2.6, 0.999_763_965_583_470_7),
            (4.0, 0.999_999_984_582_742_1),
        ];
        for (x, expected) in rows {
            assert!((erf(x) - expected).abs() < 1e-13, "{x}: {}", erf(x));
            assert!((erf(-x) + expected).abs() < 1e-13, "{x}");
        }
    }

    #[test]
    fn tails_are_lines() {
        for function in [
            Function::Celu(1.5),
            Function::Elu(1.0),
            Function::Erf,
            Function::Gelu,
            Function::GeluTanh,
            Function::Mish,
            Function::Selu(1.67, 1.05),
            Function::Sigmoid,
            Function::Softplus,
            Function::Swish(1.0),
            Function::Tanh,
        ] {
            let tails = function.tails().expect("it has tails");
            for x in [tails.reach, 2.0 * tails.reach, 40.0] {
                let above = |x: f64| function.real(x) - tails.slope * x;
                assert!((above(x) - above(2.0 * x)).abs() < 1e-5, "{function:?} {x}");
                assert!((function.real(-x) - function.real(-2.0 * x)).abs() < 1e-5, "{function:?} {x}");
            }
        }
    }
}
