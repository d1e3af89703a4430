//! Which keys a struct of settings has, as its `Deserialize` says.

use std::fmt::{self, Display};

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

/// Returns the keys of a struct in their order; none of a type that is no struct.
pub(super) fn of<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    match T::deserialize(Asked) {
        Err(Answer(keys)) => keys,
        Ok(_) => &[],
    }
}

/// Gives no value: what is asked for is all there is to know.
struct Asked;

/// The keys that were asked for, in the place of an error.
#[derive(Debug)]
struct Answer(&'static [&'static str]);

impl Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Answer {}

impl Error for Answer {
    fn custom<T: Display>(_: T) -> Self {
        Answer(&[])
    }
}

impl<'de> Deserializer<'de> for Asked {
    type Error = Answer;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer(&[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer(fields))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_struct() {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only its keys are looked at")]
        struct Pair {
            first: u8,
            #[serde(rename = "other")]
            second: u8,
        }
        assert_eq!(of::<Pair>(), ["first", "other"]);
        assert_eq!(of::<Vec<u8>>(), [""; 0]);
    }
}
