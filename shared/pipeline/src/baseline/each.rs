//! What is done for each kind of baseline in turn, made of the one table of them.
//!
//! It names no kind: a further one is a row of [`baselines!`](crate::baselines!).

use super::Baselines;
use super::activation::ByHand;
use super::keep::{Asked, keep};
use super::kept::{self, Activation, Kept};
use super::kind::{BaselineKind, Wish};
use crate::RunError;
use crate::clients::Clients;
use crate::meter::Meter;
use crate::monitors;
use crate::progress::Watcher;
use crate::route::Caller;
use crate::route::baseline::Notified;
use crate::settings::baseline::{ActivationSettings, KindSettings};
use bellwether_contract::names::ModelVersion;
use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use tokio::time::Instant;

macro_rules! of_each_kind {
    ($($module:ident::$kind:ident),+) => {
        /// The kinds with their settings.
        #[derive(Debug)]
        pub(super) struct Kinds {
            $( $module: monitors::$module::$kind, )+
        }

        impl Kinds {
            pub(super) fn new(settings: KindSettings) -> Self {
                Self { $( $module: BaselineKind::new(settings.$module), )+ }
            }
        }

        /// What became of a version's manifest: of each kind of baseline that it asks for.
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct Made {
            $(
                /// Of this kind; absent where the manifest does not ask for one.
                pub $module: Option<Kept<<monitors::$module::$kind as BaselineKind>::Commit>>,
            )+
        }

        impl Made {
            /// A function's answer.
            pub fn in_short(&self) -> Value {
                let mut answer = Map::new();
                $(
                    if let Some(kept) = &self.$module {
                        kept::tell_in_short::<monitors::$module::$kind>(&mut answer, kept);
                    }
                )+
                Value::Object(answer)
            }

            /// One structured line for each baseline.
            pub fn log(&self, meter: Meter) {
                $(
                    if let Some(kept) = &self.$module {
                        <monitors::$module::$kind as BaselineKind>::log(kept, meter);
                    }
                )+
            }
        }

        impl Serialize for Made {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut summary = serializer.serialize_map(None)?;
                $(
                    if let Some(kept) = &self.$module {
                        kept::tell_in_full::<monitors::$module::$kind, _>(&mut summary, kept)?;
                    }
                )+
                summary.end()
            }
        }

        impl Baselines {
            /// Makes a version's baselines, or completes what an earlier attempt left undone: of each kind that its manifest
            /// asks for. `now` is asked once, at the outermost edge.
            pub async fn generate(
                &self,
                version: &ModelVersion,
                now: Timestamp,
                deadline: Option<Instant>,
                watcher: Watcher<'_>,
            ) -> Result<Made, RunError> {
                let published = self.manifests.read(version, now).await?;
                let (manifests, published, clients) = (&self.manifests, &published, self.clients.as_ref());
                let asked = Asked { manifests, version, published, clients, now, deadline, watcher };
                let mut made = Made::default();
                for wish in [Wish::Named, Wish::Otherwise] {
                    $(
                        if self.kinds.$module.wish(&published.manifest) == wish {
                            made.$module = Some(keep(&self.shelf, &self.kinds.$module, asked).await?);
                        }
                    )+
                    if made != Made::default() {
                        return Ok(made);
                    }
                }
                let reason = "asks for no baseline that is made here";
                Err(RunError::NothingToMeasure { object: published.object.clone(), reason })
            }

            /// Tells the on-call what follows from a manifest: of a baseline below the floor, once a baseline, and of the end
            /// of what was announced before. What waits to be sent goes out, too.
            ///
            /// # Errors
            /// What cannot be read, written or sent.
            pub async fn tell(&self, made: &Made, caller: &Caller) -> Result<Notified, RunError> {
                let mut notified = Notified::default();
                $(
                    if let Some(kept) = &made.$module {
                        notified.extend(self.tell_of::<monitors::$module::$kind>(kept, caller).await?);
                    }
                )+
                Ok(notified)
            }
        }

        /// What became of a version that was put in force by hand.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Activated {
            $(
                /// Of this kind; absent where the version has none.
                pub $module: Option<Activation<<monitors::$module::$kind as BaselineKind>::Commit>>,
            )+
            /// What the on-call was told, and what waits to be.
            pub notified: Notified,
        }

        impl Serialize for Activated {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut summary = serializer.serialize_map(None)?;
                $(
                    if let Some(activation) = &self.$module {
                        kept::tell_of_activation::<monitors::$module::$kind, _>(&mut summary, activation)?;
                    }
                )+
                summary.end()
            }
        }

        /// Puts a version in force by hand: its baseline of each kind that it has. Notices of other versions are over with
        /// that.
        ///
        /// # Errors
        /// `ObjectNotFound` for a version without a baseline; `MalformedInput` for one from ahead of now.
        pub async fn activate(
            settings: &ActivationSettings,
            clients: Option<&Clients>,
            version: &ModelVersion,
            caller: &Caller,
        ) -> Result<Activated, RunError> {
            let mut by_hand = ByHand::new(settings, clients, version, caller)?;
            $( let $module = by_hand.found::<monitors::$module::$kind>().await?; )+
            if [$( $module.is_none() ),+].iter().all(|is_none| *is_none) {
                return Err(by_hand.nothing_found());
            }
            $(
                let $module = match $module {
                    Some(baseline) => Some(
                        by_hand.put::<monitors::$module::$kind>(baseline, &settings.bars.$module).await?,
                    ),
                    None => None,
                };
            )+
            let mut notified = Notified::default();
            $(
                notified.extend(by_hand.end_notices::<monitors::$module::$kind>($module.as_ref()).await?);
            )+
            Ok(Activated { $( $module, )+ notified })
        }
    };
}
crate::baselines!(of_each_kind);
