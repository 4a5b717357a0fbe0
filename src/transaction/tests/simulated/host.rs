// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a simulated machine has beside its kernel.

use std::io;

use super::Simulated;
use crate::{
    model::{Scheme, UdevNames},
    sys::Host,
};
impl Host for Simulated {
    fn kernel(&self) -> String {
        let (major, minor) = self.card.borrow().face.kernel;
        format!("{major}.{minor}.0")
    }

    fn boot(&self) -> String {
        self.boot.borrow().clone()
    }

    fn naming_scheme(&self) -> Scheme {
        Scheme::NEWEST
    }

    fn udev_names(&self, _ifindex: u32) -> UdevNames {
        UdevNames::default()
    }

    fn holders(&self, paths: &[String]) -> Vec<Vec<String>> {
        vec![Vec::new(); paths.len()]
    }

    fn is_active(&self, _: &str) -> bool {
        false
    }

    fn file(&self, _path: &str) -> io::Result<Option<String>> {
        Ok(None)
    }

    fn excerpt(
        &self,
        path: &str,
        of: &dyn Fn(String) -> String,
    ) -> io::Result<Option<String>> {
        Ok(self.file(path)?.map(of))
    }

    fn names(&self, _folder: &str) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn kept(&self, folder: &str, file: &str) -> io::Result<Option<String>> {
        Ok(self.files.borrow().get(&format!("{folder}/{file}")).cloned())
    }

    fn is_kept(&self, folder: &str, file: &str) -> bool {
        self.files.borrow().contains_key(&format!("{folder}/{file}"))
    }
}
