use serde::Serialize;

/// Writes settings as tidy YAML text, for showing to a reader; the empty text for what YAML cannot say.
pub fn to_yaml<T: Serialize + ?Sized>(value: &T) -> String {
    serde_yaml::to_string(value).unwrap_or_default()
}
