//! What is asked of rows of groups in a partial.

use super::{BiasProblem, Facet};
use crate::partial::{Bits, Written, broken, check};
use bellwether_contract::model_bias::ConfigValue;
use minicbor::data::{Tag, Type};
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};

/// Tells the bits of a double from a whole number.
const FLOAT: Tag = Tag::new(1_000);

impl Encode<()> for BiasProblem {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        let Self { features, label, positive, facets, group, flip_test_rows } = self;
        to.array(3)?.encode((features, label, group.map(|place| place as u64), *flip_test_rows))?;
        write_values(positive, to)?;
        to.array(facets.len() as u64)?;
        for Facet { name, feature, values } in facets {
            to.array(2)?.encode((name, *feature as u64))?;
            write_values(values, to)?;
        }
        Ok(())
    }
}

impl<'b> Decode<'b, ()> for BiasProblem {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        check(from.array()? == Some(3), from, "a question that is none")?;
        let (features, label, group, flip_test_rows): (Vec<String>, String, Option<u32>, u64) =
            from.decode()?;
        let group = group.map(|place| place as usize);
        let positive = read_values(from)?;
        let mut facets = Vec::new();
        for _ in 0..from.array()?.ok_or_else(|| broken(from, "facets without a number"))? {
            check(from.array()? == Some(2), from, "a facet that is none")?;
            let (name, feature): (String, u32) = from.decode()?;
            facets.push(Facet { name, feature: feature as usize, values: read_values(from)? });
        }
        let mut places = facets.iter().map(|facet| facet.feature).chain(group);
        check(places.all(|place| place < features.len()), from, "a facet or a group of no feature")?;
        Ok(Self { features, label, positive, facets, group, flip_test_rows })
    }
}

fn write_values<W: Write>(values: &[ConfigValue], to: &mut Encoder<W>) -> Written<W> {
    to.array(values.len() as u64)?;
    for value in values {
        match value {
            ConfigValue::Truth(truth) => to.bool(*truth)?,
            ConfigValue::Integer(number) => to.i64(*number)?,
            ConfigValue::Double(number) => to.tag(FLOAT)?.encode(Bits(*number))?,
            ConfigValue::Text(text) => to.str(text)?,
        };
    }
    Ok(())
}

fn read_values(from: &mut Decoder<'_>) -> Result<Vec<ConfigValue>, Error> {
    let mut values = Vec::new();
    for _ in 0..from.array()?.ok_or_else(|| broken(from, "values without a number"))? {
        values.push(match from.datatype()? {
            Type::Bool => ConfigValue::Truth(from.bool()?),
            Type::String => ConfigValue::Text(from.str()?.to_owned()),
            Type::Tag => {
                check(from.tag()? == FLOAT, from, "an unknown kind of value")?;
                let Bits(number) = from.decode()?;
                check(!number.is_nan(), from, "a value that is no number")?;
                ConfigValue::Double(number)
            }
            _ => ConfigValue::Integer(from.i64()?),
        });
    }
    Ok(values)
}
