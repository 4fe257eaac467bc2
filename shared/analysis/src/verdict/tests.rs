//! The law: whatever a monitor evaluated, and whatever became of its lines, the one place that makes a status keeps it.

use bellwether_contract::judged::Judged;
use proptest::prelude::*;

use super::*;

/// A reason of every kind, and more than one of those that are several.
pub(crate) const REASONS: [LeftOut; 9] = [
    LeftOut::Json,
    LeftOut::Base64,
    LeftOut::Oversize,
    LeftOut::NoInput,
    LeftOut::NoOutput,
    LeftOut::NotSampled,
    LeftOut::OutsideWindow,
    LeftOut::Replay,
    LeftOut::Duplicate,
];

/// What became of the lines of an hour, some of which were left out, of which so many were measured.
pub(crate) fn lines_of(used: u64) -> impl Strategy<Value = CaptureSummary> {
    let count = prop_oneof![3 => Just(0), 2 => 1..5_u64, 2 => 5..2_000_u64];
    prop::collection::btree_map(prop::sample::select(&REASONS[..]), count, 0..4).prop_map(move |left_out| {
        let left_out: BTreeMap<LeftOut, u64> = left_out.into_iter().filter(|(_, count)| *count > 0).collect();
        let lines = used + left_out.values().sum::<u64>();
        CaptureSummary { lines, used, left_out, ..CaptureSummary::default() }
    })
}

fn lines() -> impl Strategy<Value = CaptureSummary> {
    prop_oneof![Just(0), 1..30_u64, 30..3_000_u64].prop_flat_map(lines_of)
}

/// What the law says of any verdict.
pub(crate) fn keeps_the_law(verdict: &Verdict, lines: Option<&CaptureSummary>) -> Result<(), TestCaseError> {
    let Verdict { status, violated, constraints_judged, not_evaluable, exit_message, .. } = verdict;
    let head = format!("{status}: ");
    prop_assert!(exit_message.starts_with(&head) && exit_message.ends_with('.'));
    match status {
        Status::Completed => {
            prop_assert!(*constraints_judged > 0, "healthy of nothing");
            prop_assert!(violated.is_empty());
        }
        Status::CompletedWithViolations => prop_assert!(!violated.is_empty()),
        Status::CompletedNoData => {
            let lines = lines.expect("lines were looked for");
            prop_assert!(lines.used == 0 && lacking(lines) == 0, "records that should have been judged");
        }
        Status::Inconclusive => prop_assert!(exit_message.len() > "Inconclusive: .".len(), "it says why"),
        Status::Failed => {
            let lines = lines.expect("lines that could not be judged");
            prop_assert!(corrupt(lines) + lacking(lines) > 0);
        }
    }
    prop_assert!(not_evaluable.values().all(|reason| !reason.is_empty()));
    if let Some(lines) = lines {
        prop_assert_eq!(lines.lines, lines.used + lines.left_out.values().sum::<u64>());
    }
    Ok(())
}

/// A violated constraint of a name.
fn broken(name: usize) -> Violated {
    let judged = Judged {
        feature_name: Some(format!("v{name}")),
        ..Judged::new(CheckType::Completeness, 0.5, 1.0, ComparisonOperator::LessThanThreshold, 10)
    };
    Violated { judged, description: "it is so".to_owned() }
}

fn reasons(what: &'static str, most: usize) -> impl Strategy<Value = BTreeMap<String, String>> {
    (0..=most).prop_map(move |count| (0..count).map(|at| (format!("{what}{at}"), "why".to_owned())).collect())
}

fn evaluated() -> impl Strategy<Value = Evaluated> {
    let counts = (0..3_usize, 0..3_usize, reasons("n", 2), reasons("u", 2));
    counts.prop_map(|(violated, held, not_evaluable, unchecked)| Evaluated {
        violated: (0..violated).map(broken).collect(),
        held: (0..held).map(|at| (format!("h{at}"), judged_data(1))).collect(),
        not_evaluable,
        unchecked,
        warnings: vec!["look at it".to_owned()],
        ..Evaluated::default()
    })
}

/// A run: its lines if there are any, what they prove, whether a replay was made, and what an hour without data is.
#[derive(Debug, Clone)]
struct Run {
    lines: Option<CaptureSummary>,
    unread: Option<&'static str>,
    replayed: bool,
    no_data: NoDataPolicy,
    evaluated: Evaluated,
    undecided: BTreeMap<String, String>,
    completeness: Option<Completeness>,
}

impl Run {
    fn conclude(&self) -> Verdict {
        let coverage = Coverage {
            lines: self.lines.as_ref(),
            unread: self.unread,
            replayed: self.replayed,
            no_data: self.no_data,
            has_constraints: true,
            other_side: "judge the other side",
            completeness: self.completeness.as_ref(),
        };
        coverage.conclude(self.evaluated.clone(), self.undecided.clone())
    }

    /// The table in the module's documentation, row by row.
    fn by_the_table(&self) -> Status {
        let lines = self.lines.clone().unwrap_or_default();
        let of = |kind| counted(&lines, kind);
        let corrupt = of(LeftOutKind::Corrupt) as f64 / lines.lines.max(1) as f64;
        let lacking = of(LeftOutKind::LacksSide);
        let records = lines.used + lacking;
        let is_unmeasured = self.lines.is_some() && lines.used == 0 && !self.replayed;
        let violates = self.no_data == NoDataPolicy::Violate;
        let is_violated = !self.evaluated.violated.is_empty();
        let side_share = lacking as f64 / records.max(1) as f64;
        let is_lost = self.completeness.as_ref().is_some_and(|it| it.ratio().is_ok_and(|ratio| ratio < 0.8));
        let calls = self.completeness.as_ref().map(|it| &it.calls);
        let is_not_told = matches!(calls, Some(Err(Uncounted::NotTold(_))));
        let of_capture =
            is_lost || corrupt > CORRUPT_LIMIT || (lacking > SIDE_LEAST && side_share > SIDE_LIMIT);
        let rows = [
            (corrupt > CORRUPT_FAILURE, Status::Failed),
            (records > 0 && lacking == records && !self.replayed, Status::Failed),
            (is_unmeasured && corrupt > CORRUPT_LIMIT, Status::Inconclusive),
            (is_unmeasured && self.unread.is_some(), Status::Inconclusive),
            (is_unmeasured && not_sampled(&lines) > 0, Status::Inconclusive),
            (is_unmeasured && (violates || is_lost), Status::CompletedWithViolations),
            (is_unmeasured && is_violated && self.undecided.is_empty(), Status::CompletedWithViolations),
            (is_unmeasured && is_violated, Status::Inconclusive),
            (is_unmeasured && is_not_told, Status::Inconclusive),
            (is_unmeasured, Status::CompletedNoData),
            (!self.undecided.is_empty(), Status::Inconclusive),
            (self.evaluated.judged() == 0, Status::Inconclusive),
            (of_capture || !self.evaluated.violated.is_empty(), Status::CompletedWithViolations),
        ];
        rows.into_iter().find(|(holds, _)| *holds).map_or(Status::Completed, |(_, status)| status)
    }
}

fn run() -> impl Strategy<Value = Run> {
    let policy = prop::sample::select(vec![NoDataPolicy::Ok, NoDataPolicy::Warn, NoDataPolicy::Violate]);
    let unread = prop::sample::select(vec![None, None, Some("no file could be read")]);
    let lines = prop::option::weighted(0.9, lines());
    let completeness = prop::option::weighted(0.3, completeness());
    let parts = (lines, unread, any::<bool>(), policy, evaluated(), reasons("d", 1), completeness);
    parts.prop_map(|(lines, unread, replayed, no_data, evaluated, undecided, completeness)| {
        // There is something to decide only where something was measured.
        let measured = replayed || lines.as_ref().is_none_or(|lines| lines.used > 0);
        let undecided = if measured { undecided } else { BTreeMap::new() };
        Run { lines, unread, replayed, no_data, evaluated, undecided, completeness }
    })
}

fn not_told() -> Result<f64, Uncounted> {
    Err(Uncounted::NotTold("nobody knows".to_owned()))
}

fn no_point() -> Result<f64, Uncounted> {
    Err(Uncounted::NoPoint("nobody called".to_owned()))
}

fn completeness() -> impl Strategy<Value = Completeness> {
    let calls = prop_oneof![Just(not_told()), Just(no_point()), (0..2_000_u32).prop_map(|it| Ok(it.into()))];
    (0..2_000_u64, calls, prop::sample::select(vec![10.0, 100.0]))
        .prop_map(|(seen, calls, sampling_percentage)| Completeness { seen, calls, sampling_percentage })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn never_healthy_of_what_was_not_judged(run in run()) {
        let verdict = run.conclude();
        keeps_the_law(&verdict, run.lines.as_ref())?;
        prop_assert_eq!(verdict.status, run.by_the_table());
        prop_assert_eq!(verdict.constraints_judged, run.evaluated.judged());
    }

    #[test]
    fn whatever_was_given_is_told(run in run()) {
        let verdict = run.conclude();
        let told: Vec<_> = verdict.violated.iter().take(run.evaluated.violated.len()).cloned().collect();
        prop_assert_eq!(&told, &run.evaluated.violated);
        let Evaluated { not_evaluable, unchecked, warnings, .. } = &run.evaluated;
        for (name, reason) in not_evaluable.iter().chain(unchecked).chain(&run.undecided) {
            prop_assert_eq!(verdict.not_evaluable.get(name), Some(reason));
        }
        prop_assert_eq!(&verdict.warnings, warnings);
        prop_assert_eq!(verdict.violations().len(), verdict.judged().len());
    }

    /// Limits without a check change nothing but what is told.
    #[test]
    fn what_has_no_check_never_counts(run in run()) {
        let mut bare = run.clone();
        bare.evaluated.unchecked.clear();
        let (with, without) = (run.conclude(), bare.conclude());
        prop_assert_eq!((with.status, with.exit_message), (without.status, without.exit_message));
        prop_assert_eq!(with.constraints_judged, without.constraints_judged);
    }
}

fn hour(used: u64, left_out: &[(LeftOut, u64)]) -> Option<CaptureSummary> {
    let left_out: BTreeMap<_, _> = left_out.iter().copied().collect();
    let lines = used + left_out.values().sum::<u64>();
    Some(CaptureSummary { lines, used, left_out, ..CaptureSummary::default() })
}

/// A row of the table with the words that its verdict ends in.
#[test]
fn every_row_of_the_table_ends_as_it_says_and_says_why() {
    let kept = Evaluated {
        held: [("a.completeness_check".to_owned(), judged_data(1))].into(),
        ..Evaluated::default()
    };
    let healthy = Run {
        lines: hour(100, &[]),
        unread: None,
        replayed: false,
        no_data: NoDataPolicy::Ok,
        evaluated: kept.clone(),
        undecided: BTreeMap::new(),
        completeness: None,
    };
    let of_calls = |seen, calls| Some(Completeness { seen, calls: Ok(calls), sampling_percentage: 100.0 });
    let unknown = |calls| Some(Completeness { seen: 0, calls, sampling_percentage: 100.0 });
    let why = |what: &str| BTreeMap::from([(what.to_owned(), "there is no baseline".to_owned())]);
    let of_nothing =
        Evaluated { not_evaluable: why("baseline"), unchecked: why("a.limits"), ..Evaluated::default() };
    let violated = Evaluated { violated: vec![broken(0)], ..kept };
    let with = |lines: Option<CaptureSummary>| Run { lines, ..healthy.clone() };
    let cases = [
        (
            with(hour(49, &[(LeftOut::Json, 51)])),
            Status::Failed,
            "51.0 % of 100 captured lines could not be read.",
        ),
        (
            with(hour(0, &[(LeftOut::NoOutput, 30), (LeftOut::Replay, 5)])),
            Status::Failed,
            "30 of 30 records have no endpointOutput, so none was judged; judge the other side.",
        ),
        (
            with(hour(0, &[(LeftOut::Json, 2), (LeftOut::Replay, 98)])),
            Status::Inconclusive,
            "2 of 100 captured lines could not be read, and none of the others is a record of this window.",
        ),
        (
            Run { unread: Some("no file could be read"), ..with(hour(0, &[])) },
            Status::Inconclusive,
            "nothing was judged: no file could be read.",
        ),
        (with(hour(0, &[(LeftOut::Replay, 98)])), Status::CompletedNoData, NO_DATA),
        (
            Run { no_data: NoDataPolicy::Violate, ..with(hour(0, &[])) },
            Status::CompletedWithViolations,
            "with 1 violations.",
        ),
        (
            Run { completeness: of_calls(0, 1_000.0), ..with(hour(0, &[])) },
            Status::CompletedWithViolations,
            "with 1 violations.",
        ),
        (Run { completeness: of_calls(0, 99.0), ..with(hour(0, &[])) }, Status::CompletedNoData, NO_DATA),
        (Run { completeness: unknown(no_point()), ..with(hour(0, &[])) }, Status::CompletedNoData, NO_DATA),
        (
            Run { completeness: unknown(not_told()), ..with(hour(0, &[])) },
            Status::Inconclusive,
            "nothing was captured, and nobody knows.",
        ),
        (
            Run { completeness: of_calls(79, 100.0), ..healthy.clone() },
            Status::CompletedWithViolations,
            "with 1 violations.",
        ),
        (
            Run { completeness: of_calls(80, 100.0), ..healthy.clone() },
            Status::Completed,
            "with no violations.",
        ),
        (
            Run { undecided: why("top10_mean"), ..healthy.clone() },
            Status::Inconclusive,
            "Inconclusive: there is no baseline.",
        ),
        (
            Run { evaluated: of_nothing, ..healthy.clone() },
            Status::Inconclusive,
            "nothing was judged: baseline: there is no baseline.",
        ),
        (
            Run { evaluated: Evaluated::default(), ..healthy.clone() },
            Status::Inconclusive,
            "nothing was judged: no constraint asks for anything.",
        ),
        (
            Run { evaluated: violated, ..healthy.clone() },
            Status::CompletedWithViolations,
            "with 1 violations.",
        ),
        (with(hour(70, &[(LeftOut::NoOutput, 30)])), Status::CompletedWithViolations, "with 1 violations."),
        (with(hour(95, &[(LeftOut::NoOutput, 5)])), Status::Completed, "with no violations."),
        (healthy.clone(), Status::Completed, "with no violations."),
    ];
    for (run, status, text) in cases {
        let verdict = run.conclude();
        assert_eq!((verdict.status, run.by_the_table()), (status, status), "{run:?}");
        assert!(verdict.exit_message.ends_with(text), "{}", verdict.exit_message);
        keeps_the_law(&verdict, run.lines.as_ref()).expect("the law");
    }
}

#[test]
fn checks_are_counted_by_their_words_and_what_has_no_check_is_none() {
    let at_least_one = |check| Judged::new(check, 0.5, 1.0, ComparisonOperator::LessThanThreshold, 10);
    let (completeness, types) = (at_least_one(CheckType::Completeness), at_least_one(CheckType::DataType));
    let reasons = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "why".to_owned())).collect();
    let evaluated = Evaluated {
        violated: vec![broken(1)],
        held: [("a".to_owned(), completeness), ("b".to_owned(), types)].into(),
        not_evaluable: reasons(&["a.b.completeness_check", "churn", "v1.2"]),
        unchecked: reasons(&["num_constraints", "age.num_constraints"]),
        ..Evaluated::default()
    };
    let coverage = Coverage {
        lines: None,
        unread: None,
        replayed: true,
        no_data: NoDataPolicy::Ok,
        has_constraints: true,
        other_side: "",
        completeness: None,
    };
    let verdict = coverage.conclude(evaluated, BTreeMap::new());
    let count = |violated, held, not_evaluated| Ended { violated, held, not_evaluated };
    let expected = [
        ("completeness_check", count(1, 1, 1)),
        ("data_type_check", count(0, 1, 0)),
        ("no_data_check", count(0, 1, 0)),
        (Execution::WHOLE, count(0, 0, 2)),
    ];
    assert_eq!(verdict.checks, expected.map(|(word, ended)| (word.to_owned(), ended)).into());
    assert_eq!(verdict.not_evaluable.len(), 5, "told all the same");
}

/// A window of captures alone, with constraints.
fn of_capture<'c>(lines: Option<&'c CaptureSummary>, completeness: Option<&'c Completeness>) -> Coverage<'c> {
    Coverage {
        lines,
        unread: None,
        replayed: false,
        no_data: NoDataPolicy::Ok,
        has_constraints: true,
        other_side: "",
        completeness,
    }
}

/// An hour of one whole file says so, and one of no file says nothing of files.
#[test]
fn that_files_were_read_is_held_where_there_were_files() {
    for (files, expected) in [(0, false), (1, true)] {
        let lines = hour(40, &[]).map(|lines| CaptureSummary { files, ..lines });
        let held: Vec<Judged> =
            of_capture(lines.as_ref(), None).held_of_capture().map(|(_, judged)| judged).collect();
        let of_files =
            |judged: &&Judged| judged.check == CheckType::CaptureCorrupt && judged.metric_name.is_none();
        let told: Vec<u64> = held.iter().filter(of_files).map(|judged| judged.n).collect();
        assert_eq!(told, vec![files; usize::from(expected)], "{held:?}");
    }
}

/// What was captured of the calls is held, violated or named with its reason, and never counts as judged.
#[test]
fn completeness_is_one_of_the_checks_of_the_capture() {
    const NAME: &str = "capture.capture_completeness_check";
    let lines = hour(40, &[]);
    let of = |calls: Result<f64, Uncounted>| {
        let completeness = Completeness { seen: 40, calls, sampling_percentage: 50.0 };
        of_capture(lines.as_ref(), Some(&completeness)).conclude(Evaluated::default(), BTreeMap::new())
    };
    let violated = of(Ok(400.0));
    let [Violated { judged, description }] = violated.violated.as_slice() else { panic!("{violated:?}") };
    assert_eq!((judged.check_name().as_str(), judged.severity), (NAME, Severity::Warning));
    assert_eq!((judged.value, judged.limit, judged.n), (0.2, 0.8, 40));
    assert_eq!(
        description,
        "Metric capture_completeness with 0.2 was LessThanThreshold '0.8': 40 records of 400.0 calls, of which 50.0 % \
         should be captured"
    );
    assert!(!violated.held.contains_key(NAME) && violated.constraints_judged == 0);
    let few = of(Ok(100.0));
    assert!(few.not_evaluable[NAME].contains("100.0 are needed"), "{few:?}");
    assert_eq!(few.checks["capture_completeness_check"], Ended { violated: 0, held: 0, not_evaluated: 1 });
    let unknown = of(Err(Uncounted::NotTold("CloudWatch did not answer".to_owned())));
    assert_eq!(unknown.not_evaluable[NAME], "CloudWatch did not answer");
    assert!(!unknown.held.contains_key(NAME));
}
