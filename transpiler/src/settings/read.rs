//! The file's text.

use serde::Deserialize;

use super::{EARLIER_VERSION, FORMAT, Settings};
use crate::error::{Error, Result};

impl Settings {
    /// Returns the file's text.
    ///
    /// # Panics
    /// Never: settings are strings, numbers and lists, which JSON can hold.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("settings are strings, numbers and lists")
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// When it is not JSON of this format, has an unknown word, lacks something, or says what cannot be.
    pub fn from_json(text: &str) -> Result<Self> {
        /// What all versions have.
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let malformed = |error: serde_json::Error| Error::model(format!("settings.json: {error}"));
        let Version { format } = tensorproof_json::from_str(text).map_err(malformed)?;
        if format == 1 {
            return Err(Error::model(format!("settings.json {EARLIER_VERSION}")));
        }
        if format != FORMAT {
            let reason = format!(
                "settings.json has format {format}, expected {FORMAT}: `tensorproof transpile` makes it again"
            );
            return Err(Error::model(reason));
        }
        let settings: Self = tensorproof_json::from_str(text).map_err(malformed)?;
        settings.check().map_err(|reason| Error::model(format!("settings.json: {reason}")))?;
        for seal in &settings.seals {
            seal.packed()?;
        }
        settings.check_seals()?;
        settings.check_public_values()?;
        Ok(settings)
    }
}
