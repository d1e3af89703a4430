use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::bare::Bare;
use super::error::{Error, Kind};
use super::{Entry, Node, Value};

/// serde's view of a node, without the nodes to skip.
#[derive(Clone, Copy)]
pub(super) struct Decoder<'a> {
    node: &'a Node,
    skip: &'a [*const Node],
}

impl<'a> Decoder<'a> {
    /// Makes a decoder of a node; entries in `skip` are passed over.
    pub(super) fn new(node: &'a Node, skip: &'a [*const Node]) -> Self {
        Decoder { node, skip }
    }

    fn on(self, node: &'a Node) -> Self {
        Decoder { node, ..self }
    }

    fn skips(&self, node: &Node) -> bool {
        self.skip.iter().any(|&skipped| std::ptr::eq(skipped, node))
    }

    fn mismatch<'de, V: Visitor<'de>>(visitor: &V) -> Error {
        Error::invalid_type(Unexpected::Other(""), visitor)
    }

    fn integer<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            Value::Integer(value) => visitor.visit_i64(value),
            Value::Float(value)
                if value == value.trunc() && value.abs() < 9e18 && !self.is_thousands(value) =>
            {
                visitor.visit_i64(value as i64)
            }
            _ => Err(Self::mismatch(&visitor)),
        }
    }

    /// Returns whether a number was written with three decimals, all 0: `1.000` is a thousand in many languages, and 1 here.
    fn is_thousands(self, value: f64) -> bool {
        let digits = value.abs().to_string().len();
        (1.0..1000.0).contains(&value) && self.node.span.end - self.node.span.start == digits + ".000".len()
    }

    fn float<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            Value::Integer(value) => visitor.visit_f64(value as f64),
            Value::Float(value) => visitor.visit_f64(value),
            _ => Err(Self::mismatch(&visitor)),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Text(text) => visitor.visit_str(text),
            _ => Err(Self::mismatch(&visitor)),
        }
    }

    fn list<'de, V: Visitor<'de>>(self, items: &'a [Node], visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Items { decoder: self, items, next: 0 })
    }

    fn map<'de, V: Visitor<'de>>(self, entries: &'a [Entry], visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Entries { decoder: self, entries, next: 0 })
    }
}

impl<'de> Deserializer<'de> for Decoder<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(text) => visitor.visit_str(text),
            Value::List(items) => self.list(items, visitor),
            Value::Map(entries) => self.map(entries, visitor),
        }
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.integer(visitor)
    }
    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.integer(visitor)
    }
    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.integer(visitor)
    }
    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.integer(visitor)
    }
    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.integer(visitor)
    }
    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.integer(visitor)
    }
    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.integer(visitor)
    }
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.integer(visitor)
    }
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.float(visitor)
    }
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.float(visitor)
    }
    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => Err(Self::mismatch(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            Value::Null => visitor.visit_unit(),
            _ => Err(Self::mismatch(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::List(items) => self.list(items, visitor),
            _ => Err(Self::mismatch(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::List(items) if items.len() == length => self.list(items, visitor),
            Value::List(items) => {
                Err(Error::new(Kind::Length { length: items.len(), expected: format!("{length} values") }))
            }
            _ => Err(Error::new(Kind::Mismatch { expected: format!("a list of {length} values") })),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Map(entries) => self.map(entries, visitor),
            Value::Null => self.map(&[], visitor),
            _ => Err(Self::mismatch(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Text(name) => visitor.visit_enum(Choice { name, content: None }),
            Value::Map(entries) => match entries.as_slice() {
                [entry] => {
                    let content = (!self.skips(&entry.value)).then(|| self.on(&entry.value));
                    visitor.visit_enum(Choice { name: &entry.key, content })
                }
                _ => Err(Error::new(Kind::SeveralChoices(
                    entries.iter().map(|entry| entry.key.clone()).collect(),
                ))),
            },
            _ => Err(Self::mismatch(&visitor)),
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.text(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        Err(Self::mismatch(&visitor))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        Err(Self::mismatch(&visitor))
    }
}

struct Items<'a> {
    decoder: Decoder<'a>,
    items: &'a [Node],
    next: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        while let Some(item) = self.items.get(self.next) {
            let index = self.next;
            self.next += 1;
            if !self.decoder.skips(item) {
                return seed
                    .deserialize(self.decoder.on(item))
                    .map(Some)
                    .map_err(|error| error.inside(index));
            }
        }
        Ok(None)
    }
}

struct Entries<'a> {
    decoder: Decoder<'a>,
    entries: &'a [Entry],
    /// The entry whose key comes next; its value is that of the entry before.
    next: usize,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        while let Some(entry) = self.entries.get(self.next) {
            let index = self.next;
            self.next += 1;
            if !self.decoder.skips(&entry.value) {
                let key = seed.deserialize(entry.key.as_str().into_deserializer());
                return key.map(Some).map_err(|error: Error| error.on_key(index));
            }
        }
        Ok(None)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let index = self.next.saturating_sub(1);
        let entry = self.entries.get(index).ok_or_else(|| Error::custom("a value is missing"))?;
        seed.deserialize(self.decoder.on(&entry.value)).map_err(|error| error.inside(index))
    }
}

/// A choice: `adam` (no content) or `{adam: {...}}`.
struct Choice<'a> {
    name: &'a str,
    content: Option<Decoder<'a>>,
}

impl<'de> EnumAccess<'de> for Choice<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        match seed.deserialize(self.name.into_deserializer()) {
            Ok(variant) => Ok((variant, self)),
            Err(error) if self.content.is_some() => Err(Error::on_key(error, 0)),
            Err(error) => Err(error),
        }
    }
}

impl<'de> VariantAccess<'de> for Choice<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.content.map(|content| &content.node.value) {
            None | Some(Value::Null) => Ok(()),
            Some(Value::Map(entries)) if entries.is_empty() => Ok(()),
            Some(_) => Err(Error::new(Kind::TakesNothing(self.name.to_owned())).inside(0)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        match self.content {
            Some(content) => seed.deserialize(content).map_err(|error| error.inside(0)),
            None => seed.deserialize(Bare { choice: self.name }),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        match self.content {
            Some(content) => content.deserialize_tuple(length, visitor).map_err(|error| error.inside(0)),
            None => Err(Error::new(Kind::NeedsValue(self.name.to_owned()))),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.content {
            Some(content) => content.deserialize_map(visitor).map_err(|error| error.inside(0)),
            None => Bare { choice: self.name }.deserialize_map(visitor),
        }
    }
}
