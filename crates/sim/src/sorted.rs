//! Sorting, and maps and sets that are sorted vectors.
//!
//! The standard library's sorts and trees are compiled anew for every type, some kB each, and the page must be small.
//! What stands here is small for each type: one sort works on places, whatever stands there, and a map is a vector. An
//! insertion at the end of a map costs little; one in the midst moves all that is behind it, so what grows large out of
//! order is better collected and sorted once.

use std::borrow::Borrow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};
use std::slice::Iter;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Sorts in the natural order. What is equal keeps its order.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, |one, other| one < other);
}

/// Sorts by a key. What has the same key keeps its order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |one, other| key(one) < key(other));
}

/// Sorts by what is less. What is equal keeps its order.
pub fn sort_by<T>(items: &mut [T], less: impl Fn(&T, &T) -> bool) {
    let places = order(items.len(), &|one, other| less(&items[one], &items[other]));
    settle(places, &mut |one, other| items.swap(one, other));
}

/// The places of so many things in their order. It merges the runs that there are, so that what is nearly in order costs
/// little.
fn order(count: usize, less: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    // Where runs begin, and behind the last of them the end.
    let mut bounds: Vec<usize> = (0..count).filter(|&place| place == 0 || less(place, place - 1)).collect();
    bounds.push(count);
    let mut merged = Vec::new();
    while bounds.len() > 2 {
        merged.clear();
        for pair in bounds.windows(3).step_by(2) {
            let (mut one, mut other) = (pair[0], pair[1]);
            while one < pair[1] && other < pair[2] {
                let takes = if less(places[other], places[one]) { &mut other } else { &mut one };
                merged.push(places[*takes]);
                *takes += 1;
            }
            merged.extend_from_slice(&places[one..pair[1]]);
            merged.extend_from_slice(&places[other..pair[2]]);
        }
        // A run that has no partner stays as it is.
        let rest = merged.len();
        merged.extend_from_slice(&places[rest..]);
        std::mem::swap(&mut places, &mut merged);
        bounds = bounds.into_iter().step_by(2).filter(|&bound| bound < count).collect();
        bounds.push(count);
    }
    places
}

/// Moves what stands at these places to the front, in their order.
fn settle(mut places: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..places.len() {
        let mut here = start;
        loop {
            let from = std::mem::replace(&mut places[here], here);
            if from == start {
                break;
            }
            swap(here, from);
            here = from;
        }
    }
}

/// A map in order of its keys.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Map<K, V> {
    items: Vec<(K, V)>,
}

impl<K, V> Map<K, V> {
    /// A map with nothing in it.
    pub const fn new() -> Map<K, V> {
        Map { items: Vec::new() }
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Keys and values, in order.
    pub fn iter(&self) -> Pairs<'_, K, V> {
        self.items.iter().map(|item| (&item.0, &item.1))
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + Clone {
        self.items.iter().map(|item| &item.0)
    }

    /// The values, in order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.items.iter().map(|item| &item.1)
    }

    /// The values, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.items.iter_mut().map(|item| (&item.0, &mut item.1))
    }
}

/// What goes over a map.
pub type Pairs<'a, K, V> = std::iter::Map<Iter<'a, (K, V)>, fn(&'a (K, V)) -> (&'a K, &'a V)>;

impl<K: Ord, V> Map<K, V> {
    /// The place of a key, or the place where it would stand.
    fn place(&self, key: &K) -> Result<usize, usize> {
        match self.items.last() {
            Some(last) if last.0 < *key => Err(self.items.len()),
            _ => self.items.binary_search_by(|item| item.0.cmp(key)),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.place(key).ok().map(|place| &self.items[place].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.place(key).ok().map(|place| &mut self.items[place].1)
    }

    /// Whether it has a key.
    pub fn contains_key(&self, key: &K) -> bool {
        self.place(key).is_ok()
    }

    /// The value of a key, which is this one if the key is new.
    pub fn get_or_insert(&mut self, key: K, value: V) -> &mut V {
        let place = match self.place(&key) {
            Ok(place) => place,
            Err(place) => {
                self.items.insert(place, (key, value));
                place
            }
        };
        &mut self.items[place].1
    }

    /// Gives a key a value, and hands back the one that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(place) => Some(std::mem::replace(&mut self.items[place].1, value)),
            Err(place) => {
                self.items.insert(place, (key, value));
                None
            }
        }
    }

    /// Takes a key out, and hands back its value.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.place(key).ok().map(|place| self.items.remove(place).1)
    }

    /// Keys and values in a range of keys, in order.
    pub fn range(&self, range: impl RangeBounds<K>) -> Pairs<'_, K, V> {
        let from = match range.start_bound() {
            Bound::Included(first) => self.items.partition_point(|item| item.0 < *first),
            Bound::Excluded(before) => self.items.partition_point(|item| item.0 <= *before),
            Bound::Unbounded => 0,
        };
        let to = match range.end_bound() {
            Bound::Included(last) => self.items.partition_point(|item| item.0 <= *last),
            Bound::Excluded(behind) => self.items.partition_point(|item| item.0 < *behind),
            Bound::Unbounded => self.items.len(),
        };
        self.items[from..to.max(from)].iter().map(|item| (&item.0, &item.1))
    }
}

impl<K: Ord, V: Default> Map<K, V> {
    /// The value of a key, which is the default if the key is new.
    pub fn or_default(&mut self, key: K) -> &mut V {
        self.get_or_insert(key, V::default())
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Map<K, V> {
        Map::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<'a, K, V> IntoIterator for &'a Map<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Pairs<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Ord, V> Extend<(K, V)> for Map<K, V> {
    /// Takes many at once: all is sorted once. Of two with the same key the later counts.
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, items: I) {
        self.items.extend(items);
        sort_by(&mut self.items, |one, other| one.0 < other.0);
        self.items.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Map<K, V> {
        let mut map = Map::new();
        map.extend(items);
        map
    }
}

/// A set in order.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Set<T> {
    items: Vec<T>,
}

impl<T> Set<T> {
    /// A set with nothing in it.
    pub const fn new() -> Set<T> {
        Set { items: Vec::new() }
    }

    /// How many it holds.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// All of it, in order.
    pub fn iter(&self) -> Iter<'_, T> {
        self.items.iter()
    }
}

impl<T: Ord> Set<T> {
    fn place<Q: Ord + ?Sized>(&self, item: &Q) -> Result<usize, usize>
    where
        T: Borrow<Q>,
    {
        match self.items.last() {
            Some(last) if last.borrow() < item => Err(self.items.len()),
            _ => self.items.binary_search_by(|held| held.borrow().cmp(item)),
        }
    }

    /// Whether it holds this.
    pub fn contains<Q: Ord + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.place(item).is_ok()
    }

    /// Takes this in; whether it is new.
    pub fn insert(&mut self, item: T) -> bool {
        let place = self.place(&item);
        if let Err(place) = place {
            self.items.insert(place, item);
        }
        place.is_err()
    }

    /// Takes this out; whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        let place = self.place(item);
        if let Ok(place) = place {
            self.items.remove(place);
        }
        place.is_ok()
    }
}

impl<T> Default for Set<T> {
    fn default() -> Set<T> {
        Set::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Ord> Extend<T> for Set<T> {
    /// Takes in one after another.
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<T: Ord> FromIterator<T> for Set<T> {
    /// Sorts once.
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Set<T> {
        let mut items: Vec<T> = items.into_iter().collect();
        sort(&mut items);
        items.dedup();
        Set { items }
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for Set<T> {
    fn from(items: [T; N]) -> Set<T> {
        items.into_iter().collect()
    }
}

impl<K: Serialize, V: Serialize> Serialize for Map<K, V> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self)
    }
}

/// Takes in what a map holds.
struct Taking<K, V>(PhantomData<(K, V)>);

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Taking<K, V> {
    type Value = Map<K, V>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Map<K, V>, A::Error> {
        let mut map = Map::new();
        while let Some((key, value)) = from.next_entry()? {
            map.insert(key, value);
        }
        Ok(map)
    }
}

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Map<K, V> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Map<K, V>, D::Error> {
        from.deserialize_map(Taking(PhantomData))
    }
}

impl<T: Serialize> Serialize for Set<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self)
    }
}

impl<'de, T: Ord + Deserialize<'de>> Deserialize<'de> for Set<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Set<T>, D::Error> {
        Ok(Vec::deserialize(from)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::hash::Hasher;

    use super::*;
    use crate::hash::PortableHasher;

    /// Numbers by chance, the same each time.
    fn numbers(seed: u64, count: usize, below: u64) -> Vec<u64> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn it_sorts_as_the_standard_library_does() {
        for seed in 0..300 {
            let count = (seed % 60) as usize;
            let mut items: Vec<(u64, usize)> =
                numbers(seed, count, 1 + seed % 20).into_iter().zip(0..count).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            sort_by_key(&mut items, |item| item.0);
            assert_eq!(items, expected, "stable, of seed {seed}");
            items.reverse();
            sort(&mut items);
            assert_eq!(items, expected);
        }
    }

    fn hash(value: &impl std::hash::Hash) -> u64 {
        let mut hasher = PortableHasher::default();
        value.hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn map_and_set_are_what_trees_are() {
        for seed in 0..100 {
            let (mut map, mut set) = (Map::new(), Set::new());
            let (mut tree_map, mut tree_set) = (BTreeMap::new(), BTreeSet::new());
            for (turn, key) in numbers(seed, 60, 25).into_iter().enumerate() {
                if turn % 4 == 3 {
                    assert_eq!(map.remove(&key), tree_map.remove(&key));
                    assert_eq!(set.remove(&key), tree_set.remove(&key));
                } else {
                    assert_eq!(map.insert(key, turn), tree_map.insert(key, turn));
                    assert_eq!(set.insert(key), tree_set.insert(key));
                }
                assert_eq!(map.get(&key), tree_map.get(&key));
                assert!(map.range(5..=key.max(5)).eq(tree_map.range(5..=key.max(5))));
                assert!(map.range(key..).eq(tree_map.range(key..)));
            }
            assert!(map.iter().eq(&tree_map) && set.iter().eq(&tree_set));
            assert_eq!((hash(&map), hash(&set)), (hash(&tree_map), hash(&tree_set)));
            assert_eq!(format!("{map:?} {set:?}"), format!("{tree_map:?} {tree_set:?}"));
        }
    }

    #[test]
    fn of_two_with_the_same_key_the_later_counts() {
        let map: Map<u8, &str> = [(2, "a"), (1, "b"), (2, "c"), (1, "d"), (2, "e")].into_iter().collect();
        assert!(map.iter().eq([(&1, &"d"), (&2, &"e")]));
        assert!(Set::from([3, 1, 3]).iter().eq(&[1, 3]));
    }
}
