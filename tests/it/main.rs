//! Tests of the whole through its public face, one module a feature.

mod reference;
