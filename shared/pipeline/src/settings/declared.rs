//! A setting is declared once: its field, its name in the environment, its flag, what is allowed, its default, its words, and
//! whether it can change a verdict. Reading, tables and the digest of a configuration follow from that.
//!
//! It reads no environment and knows no function.

use super::reader::Reader;

/// One setting, as an environment variable, as a flag, and in words.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Name in the environment.
    pub name: &'static str,
    /// Name on the command line, without dashes.
    pub flag: &'static str,
    /// What stands for the value in help texts.
    pub placeholder: &'static str,
    /// The value where none is given; `None` for a setting without a default.
    pub default: Option<&'static str>,
    /// Whether a run is impossible without it.
    pub required: bool,
    /// Which values are taken.
    pub allowed: Allowed,
    /// Whether it can change a verdict.
    pub judged: bool,
    /// One sentence.
    pub help: &'static str,
}

/// Which values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Allowed {
    /// A text in a form of its own.
    Text,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A number from the first to the second.
    Number(f64, f64),
}

/// What a setting's text stands for.
pub trait Value: Sized {
    /// Which texts are understood.
    const ALLOWED: Allowed = Allowed::Text;

    /// Understands a text, or says what is wrong with it.
    fn understood(text: &str) -> Result<Self, String>;

    /// The value as text: equal values have equal texts, so that the digest of a configuration follows them.
    fn spelt(&self) -> String;

    /// Whether it names anything in AWS.
    fn needs_aws(&self) -> bool {
        false
    }
}

/// Settings that belong together: those of a function, or a group that several functions have.
pub trait Settings: Sized {
    /// Each of them, those of groups first.
    const VARIABLES: &'static [Variable];

    /// Asks for every one before it gives up on any.
    fn collect(reader: &mut Reader<'_>) -> Option<Self>;

    /// Names and values of those that can change a verdict.
    fn judged(&self) -> Vec<(&'static str, String)>;

    /// Whether any of them names anything in AWS, so that a caller without it needs no clients.
    fn needs_aws(&self) -> bool;

    /// Reads all of them through a lookup of their environment names.
    ///
    /// # Errors
    /// All mistakes, together.
    fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, super::SettingsError> {
        Reader::read(&lookup, Self::collect)
    }

    /// The settings that can change a verdict, as text: two runs of one window agree on it, or the second is told so.
    fn configuration(&self) -> String {
        self.judged().iter().map(|(name, value)| format!("{name}={value}\n")).collect()
    }
}

/// Of whoever is told nothing.
impl Settings for () {
    const VARIABLES: &'static [Variable] = &[];

    fn collect(_: &mut Reader<'_>) -> Option<Self> {
        Some(())
    }

    fn judged(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn needs_aws(&self) -> bool {
        false
    }
}

/// How many variables some tables have together.
pub(crate) const fn total(tables: &[&[Variable]]) -> usize {
    let (mut sum, mut table) = (0, 0);
    while table < tables.len() {
        sum += tables[table].len();
        table += 1;
    }
    sum
}

/// The rows of some tables as one.
pub(crate) const fn joined<const N: usize>(tables: &[&[Variable]]) -> [Variable; N] {
    let nothing = Variable {
        name: "",
        flag: "",
        placeholder: "",
        default: None,
        required: false,
        allowed: Allowed::Text,
        judged: false,
        help: "",
    };
    let (mut rows, mut place, mut table) = ([nothing; N], 0, 0);
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            rows[place] = tables[table][row];
            place += 1;
            row += 1;
        }
        table += 1;
    }
    rows
}

/// Declares a struct of settings, or with `for` the settings of one that is there already. A row reads
///
/// ```text
/// /// One sentence: the help.
/// NAME "flag" "PLACEHOLDER" (presence) judged in 1.0..=20.0 => field: Type;
/// ```
///
/// The presence is `required`, `optional` (the field is an `Option`), `or default` (of the type), a default as it would be
/// written, or `read reader => how` for a field that follows from others. `judged`, `judged(set)` (only whether it is set
/// counts) and the range may be left out; in the place of the range `by function` reads a text in its own way. What
/// several settings must satisfy together stands in `check`, where every field is still an `Option`.
macro_rules! settings {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            $( @$group:ident: $group_type:ty = $group_doc:literal; )*
            $(
                #[doc = $help:literal]
                $variable:ident $flag:literal $placeholder:literal ($($presence:tt)+)
                $(judged $(($set:ident))?)? $(in $least:literal..=$most:literal)? $(by $parse:path)?
                => $field:ident: $type:ty;
            )*
        }
        $( check($reader:ident) $check:block )?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $( #[doc = $group_doc] pub $group: $group_type, )*
            $( #[doc = $help] pub $field: $crate::settings::declared::settings!(@type ($($presence)+) $type), )*
        }
        $crate::settings::declared::settings! {
            for $name {
                $( @$group: $group_type; )*
                $(
                    #[doc = $help]
                    $variable $flag $placeholder ($($presence)+)
                    $(judged $(($set))?)? $(in $least..=$most)? $(by $parse)?
                    => $field: $type;
                )*
            }
            $( check($reader) $check )?
        }
    };
    (
        for $name:ident {
            $( @$group:ident: $group_type:ty; )*
            $(
                #[doc = $help:literal]
                $variable:ident $flag:literal $placeholder:literal ($($presence:tt)+)
                $(judged $(($set:ident))?)? $(in $least:literal..=$most:literal)? $(by $parse:path)?
                => $field:ident: $type:ty;
            )*
        }
        $( check($reader:ident) $check:block )?
    ) => {
        const _: () = {
            #[allow(unused_imports, reason = "a table of groups has no row of its own")]
            use $crate::settings::declared::{Settings, Value, Variable, joined, settings, total};

            $(
                const $variable: Variable = Variable {
                    name: stringify!($variable),
                    flag: $flag,
                    placeholder: $placeholder,
                    default: settings!(@default $($presence)+),
                    required: settings!(@required $($presence)+),
                    allowed: settings!(@allowed $type $(, $least, $most)?),
                    judged: settings!(@judged $(judged $(($set))?)?),
                    help: settings!(@trimmed $help),
                };
            )*
            const TABLES: &[&[Variable]] = &[$( <$group_type as Settings>::VARIABLES, )* &[$( $variable ),*]];

            impl Settings for $name {
                const VARIABLES: &'static [Variable] = &joined::<{ total(TABLES) }>(TABLES);

                fn collect(reader: &mut $crate::settings::reader::Reader<'_>) -> Option<Self> {
                    $( let $group = <$group_type as Settings>::collect(reader); )*
                    $(
                        let $field = settings!(
                            @read reader $variable ($($presence)+) $type $(, in $least, $most)? $(, by $parse)?
                        );
                    )*
                    $( let $reader = &mut *reader; $check )?
                    Some(Self { $( $group: $group?, )* $( $field: $field?, )* })
                }

                fn judged(&self) -> Vec<(&'static str, String)> {
                    #[allow(unused_mut, reason = "not every table has a setting that can change a verdict")]
                    let mut judged: Vec<(&'static str, String)> = Vec::new();
                    $( judged.extend(Settings::judged(&self.$group)); )*
                    $( settings!(@spell judged, $variable, self.$field, ($($presence)+) $(judged $(($set))?)?); )*
                    judged
                }

                fn needs_aws(&self) -> bool {
                    let needs = [
                        $( Settings::needs_aws(&self.$group), )*
                        $( settings!(@each ($($presence)+) self.$field).any(Value::needs_aws), )*
                    ];
                    needs.contains(&true)
                }
            }
        };
    };

    (@type (optional) $type:ty) => { Option<$type> };
    (@type ($($presence:tt)+) $type:ty) => { $type };
    (@default $default:literal) => { Some($default) };
    (@default $($presence:tt)+) => { None };
    (@required required) => { true };
    (@required $($presence:tt)+) => { false };
    (@allowed $type:ty, $least:literal, $most:literal) => {
        $crate::settings::declared::Allowed::Number($least, $most)
    };
    (@allowed $type:ty) => { <$type as Value>::ALLOWED };
    (@judged) => { false };
    (@judged judged $(($set:ident))?) => { true };
    (@trimmed $help:literal) => { $help.trim_ascii() };
    (@read $reader:ident $variable:ident (optional) $type:ty $(, by $parse:path)?) => {
        Some(settings!(@parsed $reader $variable $type $(, by $parse)?))
    };
    (@read $reader:ident $variable:ident (or default) $type:ty $(, by $parse:path)?) => {
        Some(settings!(@parsed $reader $variable $type $(, by $parse)?).unwrap_or_default())
    };
    (@read $reader:ident $variable:ident (read $inner:ident => $read:expr) $type:ty) => {{
        let $inner = &mut *$reader;
        $read
    }};
    (@read $reader:ident $variable:ident ($presence:tt) $type:ty $(, $($how:tt)+)?) => {
        settings!(@parsed $reader $variable $type $(, $($how)+)?)
    };
    (@parsed $reader:ident $variable:ident $type:ty) => { $reader.parsed::<$type>(&$variable, Value::understood) };
    (@parsed $reader:ident $variable:ident $type:ty, by $parse:path) => { $reader.parsed::<$type>(&$variable, $parse) };
    (@parsed $reader:ident $variable:ident $type:ty, in $least:literal, $most:literal) => {
        $reader.number::<$type>(&$variable, $least, $most)
    };
    (@spell $judged:ident, $variable:ident, $field:expr, ($($presence:tt)+)) => {};
    (@spell $judged:ident, $variable:ident, $field:expr, (optional) judged(set)) => {
        $judged.push(($variable.name, $field.is_some().to_string()));
    };
    (@spell $judged:ident, $variable:ident, $field:expr, ($($presence:tt)+) judged) => {
        $judged.extend(settings!(@each ($($presence)+) $field).map(|value| ($variable.name, Value::spelt(value))));
    };
    (@each (optional) $field:expr) => { $field.iter() };
    (@each ($($presence:tt)+) $field:expr) => { std::iter::once(&$field) };
}
pub(crate) use settings;
