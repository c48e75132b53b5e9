//! JSON that means one thing: `{"low": "5", "low": "7"}` is an error here, that names the key and its place.
//!
//! RFC 8259 leaves open what an object means that has a key twice; of most readers, `serde_json`'s maps among them, the last one
//! counts, of others the first. Whoever looks at such a file sees another one than who reads it. All files whose content matters
//! are read by these functions; maps, values and structs alike.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Reads JSON.
///
/// # Errors
/// When it is none, is no `T`, or an object of it has a key twice.
pub fn from_str<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str::<Unambiguous>(text)?;
    serde_json::from_str(text)
}

/// Reads JSON from bytes.
///
/// # Errors
/// As [`from_str`], and when it is not UTF-8.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice::<Unambiguous>(bytes)?;
    serde_json::from_slice(bytes)
}

/// JSON without a key that stands twice in an object, at any depth; nothing of it is kept.
struct Unambiguous;

impl<'d> Deserialize<'d> for Unambiguous {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'d> Visitor<'d> for Walk {
    type Value = Unambiguous;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> Result<Unambiguous, A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if keys.contains(&key) {
                return Err(A::Error::custom(format_args!("the key `{key}` is there twice, expected once")));
            }
            keys.insert(key);
            map.next_value::<Unambiguous>()?;
        }
        Ok(Unambiguous)
    }

    fn visit_seq<A: SeqAccess<'d>>(self, mut items: A) -> Result<Unambiguous, A::Error> {
        while items.next_element::<Unambiguous>()?.is_some() {}
        Ok(Unambiguous)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_unit<E>(self) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn refuses_keys_that_stand_twice_at_any_depth() {
        for (text, expected) in [
            (r#"{"a": 1, "a": 1}"#, "the key `a` is there twice, expected once at line 1 column 12"),
            (r#"[{"b": {"low": "5", "c": 0, "low": "7"}}]"#, "the key `low` is there twice"),
            // Written in two ways, it is one key.
            ("{\"a\": 1,\n \"\\u0061\": 2}", "the key `a` is there twice, expected once at line 2"),
            (r#"{"": 0, "": 0}"#, "the key `` is there twice"),
            (r#"{"a": 1"#, "EOF"),
            (r#"{"a": 1} x"#, "trailing characters"),
        ] {
            let error = from_str::<Value>(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
            assert_eq!(from_slice::<Value>(text.as_bytes()).unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn reads_what_has_every_key_once() {
        let text =
            r#"{"a": {"a": [null, true, -1, 1.5, 18446744073709551615, "x"]}, "A": [{"a": 1}, {"a": 2}]}"#;
        let expected = json!({
            "a": { "a": [null, true, -1, 1.5, u64::MAX, "x"] },
            "A": [{ "a": 1 }, { "a": 2 }],
        });
        assert_eq!(from_str::<Value>(text).unwrap(), expected);
        assert_eq!(from_slice::<Value>(text.as_bytes()).unwrap(), expected);
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(from_str::<Value>(&deep(100)).is_ok());
        assert!(from_str::<Value>(&deep(1_000_000)).is_err());
    }
}
