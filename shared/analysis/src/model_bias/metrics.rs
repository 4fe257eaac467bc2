//! The table of all metrics: names, the container's descriptions, and what computes each.

use bellwether_contract::model_bias::{BiasNumber, BiasStage};

use super::tally::Tally;
use super::{disparity, posttraining, pretraining};

/// A value, or the container's words why there is none.
pub(super) type Outcome = Result<BiasNumber, String>;

/// A metric of bias.
#[derive(Debug, Clone, Copy)]
pub struct BiasMeasure {
    /// Its short name: `DPPL`.
    pub name: &'static str,
    /// Its name in words, as the container describes it.
    pub description: &'static str,
    /// Whether it is of the labels or of the answers.
    pub stage: BiasStage,
    /// Whether it is of the rows as a whole and compares no groups.
    pub is_of_all_rows: bool,
    pub(super) compute: fn(&Tally<'_>) -> Outcome,
}

/// All of them in the order of the files: of answers, then of labels, each by name.
pub const BIAS_MEASURES: [BiasMeasure; 21] = {
    use BiasStage::{PostTraining as Post, PreTraining as Pre};
    [
        of("AD", "Accuracy Difference (AD)", Post, posttraining::accuracy),
        of(
            "CDDPL",
            "Conditional Demographic Disparity in Predicted Labels (CDDPL)",
            Post,
            disparity::of_predicted,
        ),
        of("DAR", "Difference in Acceptance Rates (DAR)", Post, posttraining::acceptance_rates),
        of("DCA", "Difference in Conditional Acceptance (DCA)", Post, posttraining::conditional_acceptance),
        of("DCR", "Difference in Conditional Rejection (DCR)", Post, posttraining::conditional_rejection),
        of("DI", "Disparate Impact (DI)", Post, posttraining::disparate_impact),
        of(
            "DPPL",
            "Difference in Positive Proportions in Predicted Labels (DPPL)",
            Post,
            posttraining::difference_in_predicted,
        ),
        of("DRR", "Difference in Rejection Rates (DRR)", Post, posttraining::rejection_rates),
        of("FT", "Flip Test (FT)", Post, posttraining::flip_test),
        BiasMeasure {
            is_of_all_rows: true,
            ..of("GE", "Generalized Entropy (GE)", Post, posttraining::generalized_entropy)
        },
        of("RD", "Recall Difference (RD)", Post, posttraining::recall),
        of("SD", "Specificity Difference (SD)", Post, posttraining::specificity),
        of("TE", "Treatment Equality (TE)", Post, posttraining::treatment_equality),
        of("CDDL", "Conditional Demographic Disparity in Labels (CDDL)", Pre, disparity::of_labels),
        of("CI", "Class Imbalance (CI)", Pre, pretraining::class_imbalance),
        of(
            "DPL",
            "Difference in Positive Proportions in Labels (DPL)",
            Pre,
            pretraining::difference_in_labels,
        ),
        of("JS", "Jensen-Shannon Divergence (JS)", Pre, pretraining::jensen_shannon),
        of("KL", "Kullback-Liebler Divergence (KL)", Pre, pretraining::kullback_leibler),
        of("KS", "Kolmogorov-Smirnov Distance (KS)", Pre, pretraining::kolmogorov_smirnov),
        of("LP", "L-p Norm (LP)", Pre, pretraining::lp_norm),
        of("TVD", "Total Variation Distance (TVD)", Pre, pretraining::total_variation),
    ]
};

const fn of(
    name: &'static str,
    description: &'static str,
    stage: BiasStage,
    compute: fn(&Tally<'_>) -> Outcome,
) -> BiasMeasure {
    BiasMeasure { name, description, stage, is_of_all_rows: false, compute }
}
