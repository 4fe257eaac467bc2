//! Which combinations of features are asked where not all can be: pairs of one and its opposite, by the weight of Kernel SHAP.
//!
//! ```text
//! weight of a combination of s of M features = (M - 1) / (C(M, s) s (M - s))
//! ```
//!
//! A class is a size s with its opposite M - s. Small classes, the heaviest, are asked whole: the first always, and each next one of
//! which its share of the remaining pairs would ask every member. Of the rest pairs are drawn, a size by the weight of its class and
//! then features evenly; what is drawn twice is asked once and counts twice.
//!
//! Source: S. Lundberg and S.-I. Lee, "A unified approach to interpreting model predictions" (2017) for the weight; I. Covert and
//! S.-I. Lee, "Improving KernelSHAP" (2021) for pairs. All weights together are 1.

use crate::random::Random;
use std::collections::BTreeMap;

/// A combination that is asked together with its opposite.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair {
    /// Whether each feature is the explained row's.
    pub(super) members: Vec<bool>,
    /// Of both together.
    pub(super) weight: f64,
    /// How often it was drawn; 0 where its class is asked whole.
    pub(super) draws: u32,
}

/// Fewest combinations for so many features: those of one feature, and a few more by which errors are known.
pub(super) fn least_samples(features: usize) -> u64 {
    2 * (features as u64 + 8)
}

/// At most so many combinations of `features`, at least two of which there are; the caller asks for fewer than there are.
pub(super) fn paired(features: usize, samples: u64, random: &mut Random) -> Vec<Pair> {
    let mut left = samples / 2;
    let classes = classes(features);
    let mut pairs = Vec::new();
    let mut mass: f64 = classes.iter().map(|class| class.mass).sum();
    let mut rest = classes.as_slice();
    while let [class, others @ ..] = rest {
        let is_asked_whole = class.size == 1 || left as f64 * class.mass / mass >= class.pairs;
        if !is_asked_whole || (left as f64) < class.pairs + 2.0 {
            break;
        }
        let weight = class.mass / class.pairs;
        each_member(features, class, |members| pairs.push(Pair { members, weight, draws: 0 }));
        left -= class.pairs as u64;
        mass -= class.mass;
        rest = others;
    }
    if !rest.is_empty() && left > 0 {
        let weight = rest.iter().map(|class| class.mass).sum::<f64>() / left as f64;
        let drawn = drawn(features, rest, left, random);
        pairs.extend(drawn.into_iter().map(|(members, draws)| Pair {
            members,
            weight: weight * f64::from(draws),
            draws,
        }));
    }
    pairs
}

/// A size with its opposite.
#[derive(Debug, Clone, Copy)]
struct Class {
    size: usize,
    /// Share of all weight.
    mass: f64,
    /// How many pairs it has.
    pairs: f64,
    /// Whether a combination's opposite is of the same size.
    is_middle: bool,
}

fn classes(features: usize) -> Vec<Class> {
    let mut combinations = 1.0;
    let mut classes = Vec::new();
    for size in 1..=features / 2 {
        combinations *= (features - size + 1) as f64 / size as f64;
        let is_middle = 2 * size == features;
        let once = 1.0 / (size * (features - size)) as f64;
        let (mass, pairs) = if is_middle { (once, combinations / 2.0) } else { (2.0 * once, combinations) };
        classes.push(Class { size, mass, pairs: pairs.round(), is_middle });
    }
    let all: f64 = classes.iter().map(|class| class.mass).sum();
    classes.iter_mut().for_each(|class| class.mass /= all);
    classes
}

/// Calls with the smaller half of each pair of a class; of the middle one with the half that has the first feature.
fn each_member(features: usize, class: &Class, mut found: impl FnMut(Vec<bool>)) {
    let mut places: Vec<usize> = (0..class.size).collect();
    loop {
        if class.is_middle && places[0] > 0 {
            return;
        }
        found(members(features, &places));
        // The last place that can move on, and those behind it close up to it.
        let movable = (0..class.size).rev().find(|&place| places[place] < features - class.size + place);
        let Some(place) = movable else { return };
        let next = places[place] + 1;
        (place..class.size).for_each(|behind| places[behind] = next + behind - place);
    }
}

fn members(features: usize, places: &[usize]) -> Vec<bool> {
    let mut members = vec![false; features];
    places.iter().for_each(|&place| members[place] = true);
    members
}

/// So many draws of the classes, each combination with how often it came.
fn drawn(features: usize, classes: &[Class], draws: u64, random: &mut Random) -> BTreeMap<Vec<bool>, u32> {
    let mut drawn = BTreeMap::new();
    let mut order: Vec<usize> = (0..features).collect();
    for _ in 0..draws {
        let class = one_of(classes, random);
        for place in 0..class.size {
            let other = place + random.below((features - place) as u64) as usize;
            order.swap(place, other);
        }
        let mut members = members(features, &order[..class.size]);
        if class.is_middle && !members[0] {
            members.iter_mut().for_each(|member| *member = !*member);
        }
        *drawn.entry(members).or_insert(0) += 1;
    }
    drawn
}

fn one_of<'c>(classes: &'c [Class], random: &mut Random) -> &'c Class {
    /// A double holds every whole number up to this one.
    const STEPS: u64 = 1 << 53;
    let all: f64 = classes.iter().map(|class| class.mass).sum();
    let mut left = all * random.below(STEPS) as f64 / STEPS as f64;
    let last = classes.len() - 1;
    let place = classes.iter().position(|class| {
        left -= class.mass;
        left < 0.0
    });
    &classes[place.unwrap_or(last)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_of_whole_classes_are_those_of_the_kernel() {
        // M = 5 has two classes of 5 and 10 pairs; of 28 combinations, four more than three draws would need, the first is whole.
        let pairs = paired(5, 28, &mut Random::new(3));
        let kernel = |size: usize| {
            let combinations = [1.0, 5.0, 10.0, 10.0, 5.0][size];
            4.0 / (combinations * (size * (5 - size)) as f64)
        };
        let all: f64 = 2.0 * (5.0 * kernel(1) + 10.0 * kernel(2));
        let whole: Vec<&Pair> = pairs.iter().filter(|pair| pair.draws == 0).collect();
        assert_eq!(whole.len(), 5);
        assert!(whole.iter().all(|pair| (pair.weight - 2.0 * kernel(1) / all).abs() < 1e-15));
        assert!((pairs.iter().map(|pair| pair.weight).sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(pairs.iter().map(|pair| pair.draws).sum::<u32>(), 9);
    }

    #[test]
    fn every_pair_of_a_class_comes_once() {
        for (features, size) in [(4, 2), (5, 2), (6, 3), (7, 1)] {
            let class = classes(features)[size - 1];
            let mut found = Vec::new();
            each_member(features, &class, |members| found.push(members));
            let mut halves: Vec<Vec<bool>> = found.clone();
            halves.extend(found.iter().map(|half| half.iter().map(|member| !member).collect()));
            halves.sort();
            halves.dedup();
            assert_eq!((found.len(), halves.len()), (class.pairs as usize, 2 * class.pairs as usize));
            assert!(found.iter().all(|half| half.iter().filter(|member| **member).count() == size));
        }
    }

    #[test]
    fn draws_are_of_all_features_evenly_and_the_same_again_for_a_seed() {
        let pairs = paired(12, 2_000, &mut Random::new(7));
        assert_eq!(pairs, paired(12, 2_000, &mut Random::new(7)));
        assert_ne!(pairs, paired(12, 2_000, &mut Random::new(8)));
        let counts = (0..12).map(|feature| {
            let with = pairs.iter().filter(|pair| pair.draws > 0 && pair.members[feature]);
            with.map(|pair| pair.draws).sum::<u32>()
        });
        let counts: Vec<u32> = counts.collect();
        let (least, most) = (counts.iter().min().expect("twelve"), counts.iter().max().expect("twelve"));
        assert!(f64::from(*most) / f64::from(*least) < 1.5, "{counts:?}");
    }
}
