//! Labelled records as the built-in monitor's merge job writes them, for other tools: a file for each file of captures.
//!
//! They are written before the run is committed, and judged by nobody. The same window gives the same files: two attempts write
//! the same bytes under the same names.

use crate::RunError;
use crate::captures::AfterFile;
use bellwether_analysis::labelled_records::{Answered, JoinedRecords};
use bellwether_contract::keys::Key;
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::window::Window;
use bellwether_storage::Store;

/// Where they go.
#[derive(Debug)]
pub(super) struct MergedRecords<'m> {
    pub(super) store: &'m Store,
    pub(super) endpoint: &'m EndpointName,
    pub(super) variant: &'m VariantName,
    pub(super) window: Window,
    /// Files written so far.
    pub(super) written: u32,
}

impl<A: Answered> AfterFile<JoinedRecords<A>> for Option<MergedRecords<'_>> {
    async fn after(&mut self, records: &mut JoinedRecords<A>) -> Result<(), RunError> {
        let Some(merged) = self else { return Ok(()) };
        let lines = records.take_merged();
        if lines.is_empty() {
            return Ok(());
        }
        let MergedRecords { store, endpoint, variant, window, written } = merged;
        let key = Key::Merged { endpoint, variant, window, part: *written };
        store.put(&key.to_string(), lines.into()).await?;
        *written += 1;
        Ok(())
    }
}
