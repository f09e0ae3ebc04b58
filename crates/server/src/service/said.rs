//! Lists that many answers say alike.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A list that many answers say alike, such as the columns of a register, with the JSON in which they say it: that is written once
/// and copied into each answer. Clones are the same list.
pub struct Said<T> {
    list: Arc<[T]>,
    /// None for the empty list.
    json: Option<Arc<RawValue>>,
}

impl<T: Serialize> Said<T> {
    /// Writes the JSON of a list.
    ///
    /// # Errors
    /// When an item can't be written as JSON.
    pub fn new(list: Vec<T>) -> serde_json::Result<Self> {
        let json = if list.is_empty() { None } else { Some(serde_json::value::to_raw_value(&list)?.into()) };
        Ok(Self { list: list.into(), json })
    }
}

impl<T> Said<T> {
    /// Gives the list alone.
    #[must_use]
    pub fn list(&self) -> &Arc<[T]> {
        &self.list
    }
}

impl<T> Default for Said<T> {
    fn default() -> Self {
        Self { list: Arc::from([]), json: None }
    }
}

impl<T> Clone for Said<T> {
    fn clone(&self) -> Self {
        Self { list: Arc::clone(&self.list), json: self.json.clone() }
    }
}

impl<T> Deref for Said<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.list
    }
}

impl<'a, T> IntoIterator for &'a Said<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> Serialize for Said<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.json {
            Some(json) => json.serialize(serializer),
            None => [(); 0].serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_said_as_if_it_were_written_each_time() {
        let list = vec![Some("Numéro “n°”"), None, Some("\u{7}")];
        let said = Said::new(list.clone()).unwrap();
        assert_eq!(serde_json::to_string(&said).unwrap(), serde_json::to_string(&list).unwrap());
        assert_eq!((said.len(), said.clone()[2]), (3, Some("\u{7}")));
        let nothing = Said::<u8>::new(Vec::new()).unwrap();
        assert_eq!(serde_json::to_string(&(nothing, Said::<u8>::default())).unwrap(), "[[],[]]");
        assert!(Said::new(vec![std::collections::BTreeMap::from([(vec![1], 2)])]).is_err());
    }
}
