//! Amounts of money as people write them.

use tensorproof_contracts::U256;

/// Reads an amount of ether, in wei.
pub(super) fn ether(text: &str) -> Result<U256, &'static str> {
    decimal(text, 18)
        .ok_or("expected an amount of ether, such as 1.5, with at most 18 digits after the point")
}

/// Reads a price of gas in gwei, in wei.
pub(super) fn gwei(text: &str) -> Result<u128, &'static str> {
    decimal(text, 9)
        .and_then(|wei| u128::try_from(wei).ok())
        .ok_or("expected a price in gwei, such as 1.5, with at most 9 digits after the point")
}

/// Reads a decimal number with so many digits after the point, in units of the last of them.
fn decimal(text: &str, digits: usize) -> Option<U256> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let number = format!("{whole}{part:0<digits$}");
    let is_number =
        !whole.is_empty() && part.len() <= digits && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| U256::from_str_radix(&number, 10).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ether() {
        for (text, wei) in [
            ("0", Some("0")),
            ("1", Some("1000000000000000000")),
            ("0.000000000000000001", Some("1")),
            ("1.5", Some("1500000000000000000")),
            ("", None),
            (".5", None),
            ("1e3", None),
            ("-1", None),
            ("+1", None),
            ("0.0000000000000000001", None),
            (&"9".repeat(70), None),
        ] {
            assert_eq!(ether(text).ok(), wei.map(|wei| wei.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn reads_gwei() {
        for (text, wei) in [
            ("0", Some(0)),
            ("30", Some(30_000_000_000)),
            ("0.000000001", Some(1)),
            ("1.5", Some(1_500_000_000)),
            ("0.0000000001", None),
            ("5 gwei", None),
            (&"9".repeat(40), None),
        ] {
            assert_eq!(gwei(text).ok(), wei, "{text}");
        }
    }
}
