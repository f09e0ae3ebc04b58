//! How far the server is with telling whose records are that come one by one.

use std::sync::Arc;

use parking_lot::RwLock;
use registry::Resolver;

use crate::problem::Problem;

/// Whether records that come one by one can be resolved. Clones are the same.
#[derive(Clone)]
pub struct Resolving(Arc<RwLock<Standing>>);

enum Standing {
    /// The project doesn't ask for it.
    Off,
    /// Records are being read.
    Reading,
    /// They could not be read; why is in the server's log.
    Failed,
    Ready(Arc<Resolver>),
}

impl Resolving {
    /// Gives what stands for a project that doesn't ask for it.
    #[must_use]
    pub fn off() -> Self {
        Self(Arc::new(RwLock::new(Standing::Off)))
    }

    /// Gives what stands for a project whose records are being read.
    #[must_use]
    pub fn reading() -> Self {
        Self(Arc::new(RwLock::new(Standing::Reading)))
    }

    /// Notes that records were read.
    pub fn is_ready(&self, resolver: Arc<Resolver>) {
        *self.0.write() = Standing::Ready(resolver);
    }

    /// Notes that records could not be read.
    pub fn has_failed(&self) {
        *self.0.write() = Standing::Failed;
    }

    /// Gives what resolves.
    ///
    /// # Errors
    /// The problem that those who ask get while there is nothing.
    pub(crate) fn resolver(&self) -> Result<Arc<Resolver>, Problem> {
        match &*self.0.read() {
            Standing::Ready(resolver) => Ok(Arc::clone(resolver)),
            Standing::Off => {
                Err(Problem::new("not-found", "this server resolves no records: lucarne.toml has no `[resolve]`"))
            }
            Standing::Reading => Err(Problem::new("unavailable", "records are still being read: ask again in a while")),
            Standing::Failed => Err(Problem::new(
                "unavailable",
                "records could not be read when the server began: its operator finds why in its log",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_early_or_in_vain_is_told_which() {
        let failed = Resolving::reading();
        failed.has_failed();
        for (standing, status, says) in [
            (Resolving::off(), 404, "`[resolve]`"),
            (Resolving::reading(), 503, "still being read"),
            (failed, 503, "could not be read"),
        ] {
            let Err(problem) = standing.resolver() else { panic!("it resolves") };
            assert_eq!(problem.status, status);
            assert!(problem.detail.contains(says), "{}", problem.detail);
        }
    }
}
