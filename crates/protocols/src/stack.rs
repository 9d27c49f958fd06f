//! A stack that is cheap to keep a copy of and can be read at any place: what a replicated log is made of.
//!
//! Myers, "An Applicative Random-Access Stack" (Information Processing Letters 17, 1983): each item knows the one below
//! and one further down, chosen such that every place is reached in logarithmic time. Pushing allocates one small item
//! and copies nothing; a copy of the stack is one count more. Vectors that share chunks (imbl's) copy a chunk of 64 items
//! at the first push after each copy, and count up 64 references: with a checkpoint of every log every few steps, that
//! was a fifth of what a seek in a long run reads from cold memory.

use std::fmt;
use std::sync::Arc;

/// A stack of `T`. Copies share what they have in common.
pub struct Stack<T>(Option<Arc<Item<T>>>);

struct Item<T> {
    value: T,
    /// How many items there are up to this one.
    height: usize,
    below: Option<Arc<Item<T>>>,
    /// An item further down; `None` leads below all of them.
    jump: Option<Arc<Item<T>>>,
}

fn height<T>(item: Option<&Arc<Item<T>>>) -> usize {
    item.map_or(0, |item| item.height)
}

impl<T> Stack<T> {
    /// How many items there are.
    pub fn height(&self) -> usize {
        height(self.0.as_ref())
    }

    /// The item on top.
    pub fn last(&self) -> Option<&T> {
        Some(&self.0.as_ref()?.value)
    }

    /// The item with so many below it. Time: logarithmic in its depth.
    pub fn get(&self, place: usize) -> Option<&T> {
        let mut item = self.0.as_ref().filter(|item| item.height > place)?;
        while item.height != place + 1 {
            item = item.above(place)?;
        }
        Some(&item.value)
    }

    /// The items from one place up to another, this one not included. Time: that of one [`Stack::get`], and one step more
    /// for each of them.
    pub fn span(&self, from: usize, to: usize) -> Vec<&T> {
        let count = to.min(self.height()).saturating_sub(from);
        let mut item = self.0.as_ref();
        while let Some(above) = item.filter(|item| item.height > from + count) {
            item = above.above((from + count).saturating_sub(1)).filter(|_| from + count > 0);
        }
        let mut items: Vec<&T> = std::iter::successors(item, |item| item.below.as_ref())
            .take(count)
            .map(|item| &item.value)
            .collect();
        items.reverse();
        items
    }

    /// Puts an item on top.
    pub fn push(&mut self, value: T) {
        let below = self.0.take();
        let jump = below.as_ref().and_then(|below| {
            let next = below.jump.as_ref().and_then(|item| item.jump.as_ref());
            let middle = height(below.jump.as_ref());
            // Two leaps of one length are made one.
            if below.height - middle == middle - height(next) { next.cloned() } else { Some(below.clone()) }
        });
        self.0 = Some(Arc::new(Item { value, height: height(below.as_ref()) + 1, below, jump }));
    }

    /// Takes off all items but the lowest so many.
    pub fn truncate(&mut self, len: usize) {
        while let Some(item) = self.0.as_ref().filter(|item| item.height > len) {
            let next = item.above(len.saturating_sub(1)).filter(|_| len > 0).cloned();
            *self = Stack(next);
        }
    }

    /// The items from the top down.
    fn iter(&self) -> impl Iterator<Item = &Arc<Item<T>>> {
        std::iter::successors(self.0.as_ref(), |item| item.below.as_ref())
    }
}

impl<T> Item<T> {
    /// The lowest item that this one knows and that has so many below it, or more.
    fn above(&self, place: usize) -> Option<&Arc<Item<T>>> {
        self.jump.as_ref().filter(|jump| jump.height > place).or(self.below.as_ref())
    }
}

impl<T> Drop for Stack<T> {
    /// One after another: left to themselves, items would drop those below in calls as deep as the stack is high.
    fn drop(&mut self) {
        let mut top = self.0.take();
        while let Some(item) = top.and_then(Arc::into_inner) {
            top = item.below;
        }
    }
}

impl<T> Clone for Stack<T> {
    fn clone(&self) -> Stack<T> {
        Stack(self.0.clone())
    }
}

impl<T> Default for Stack<T> {
    fn default() -> Stack<T> {
        Stack(None)
    }
}

impl<T: PartialEq> PartialEq for Stack<T> {
    fn eq(&self, other: &Stack<T>) -> bool {
        self.height() == other.height()
            && self
                .iter()
                .zip(other.iter())
                .take_while(|(one, two)| !Arc::ptr_eq(one, two))
                .all(|(one, two)| one.value == two.value)
    }
}

impl<T: Eq> Eq for Stack<T> {}

impl<T: fmt::Debug> fmt::Debug for Stack<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((0..self.height()).filter_map(|place| self.get(place))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(items: impl IntoIterator<Item = u32>) -> Stack<u32> {
        let mut stack = Stack::default();
        items.into_iter().for_each(|item| stack.push(item));
        stack
    }

    #[test]
    fn every_place_is_found_and_none_beyond() {
        let stack = stack(0..1_000);
        assert_eq!((stack.height(), stack.last()), (1_000, Some(&999)));
        (0..1_000).for_each(|place| assert_eq!(stack.get(place), Some(&(place as u32))));
        assert_eq!(stack.get(1_000), None);
        assert_eq!(stack.get(usize::MAX), None);
        assert_eq!(Stack::<u32>::default().get(0), None);
    }

    #[test]
    fn a_span_is_what_its_places_hold() {
        let stack = stack(0..60);
        for from in 0..70 {
            for to in 0..70 {
                let places: Vec<&u32> = (from..to).filter_map(|place| stack.get(place)).collect();
                assert_eq!(stack.span(from, to), places);
            }
        }
        assert!(stack.span(0, usize::MAX).len() == 60 && stack.span(usize::MAX, 7).is_empty());
    }

    #[test]
    fn every_place_is_found_in_logarithmic_time() {
        let stack = stack(0..100_000);
        for place in (0..100_000).step_by(997) {
            let mut item = stack.0.as_ref().unwrap();
            let mut steps = 0;
            while item.height != place + 1 {
                (item, steps) = (item.above(place).unwrap(), steps + 1);
            }
            assert!(steps <= 3 * 17, "{steps} steps to place {place}");
        }
    }

    #[test]
    fn a_copy_keeps_what_the_other_loses_and_gains() {
        for len in 0..40 {
            let old = stack(0..40);
            let mut new = old.clone();
            new.truncate(len);
            assert_eq!(new, stack(0..len as u32));
            new.push(7);
            assert_eq!((new.height(), new.last()), (len + 1, Some(&7)));
            assert_eq!(old, stack(0..40));
            assert_ne!(new, old);
        }
    }

    #[test]
    fn a_high_stack_is_dropped_and_cut_without_deep_calls() {
        let mut high = stack(0..1_000_000);
        let copy = high.clone();
        high.truncate(1);
        assert_eq!(high, stack([0]));
        drop(copy);
        let mut alone = stack(0..1_000_000);
        alone.truncate(0);
        assert_eq!(alone.height(), 0);
    }

    #[test]
    fn stacks_print_from_the_bottom() {
        assert_eq!(format!("{:?}", stack(1..4)), "[1, 2, 3]");
    }
}
