//! The nearest rows of a set: exact, by a k-d tree.
//!
//! ```text
//! distance(q, x) = sum over the columns, in their order, of (q - x)^2       what is compared, without the root
//! nearest        = the least by (distance, row)
//! ```
//!
//! Of two rows that are equally far the earlier one is nearer. A part of the tree is left out where its box is farther than the
//! last neighbour, by the same sum of squares, which rounding cannot make greater than that of a row inside; or as far, and has no
//! earlier row. So the tree finds what a search of all rows finds, to the last tie.
//!
//! The rows of a leaf are summed side by side, each in the order of its columns: lanes, not another order of sums, are what makes
//! it fast.
//!
//! Source: J. L. Bentley, Communications of the ACM 18 (1975) 509-517; J. H. Friedman, J. L. Bentley and R. A. Finkel, ACM TOMS 3
//! (1977) 209-226. Blind spot: with many columns of one size few parts are left out, and every row is looked at.

/// Rows whose distances are computed side by side.
const LANES: usize = 16;
/// Most rows of a leaf that are not all equal.
const LEAF: usize = 4 * LANES;
/// Columns that are summed between two looks at whether any row of a block can still be near.
const STRIDE: usize = 8;

/// Rows to search: `width` numbers each, finite.
#[derive(Debug)]
pub(super) struct Neighbours {
    width: usize,
    /// Rows by leaf.
    order: Vec<u32>,
    /// The rows in that order in blocks of [`LANES`], each column by column: `width` entries a block.
    blocks: Vec<[f64; LANES]>,
    nodes: Vec<Node>,
    /// Least and greatest of each column, `width` pairs a node.
    boxes: Vec<[f64; 2]>,
}

#[derive(Debug)]
struct Node {
    /// A multiple of [`LANES`], so that no block belongs to two leaves.
    begin: usize,
    end: usize,
    first_row: u32,
    /// The two halves; `None` of a leaf.
    halves: Option<[usize; 2]>,
}

/// The nearest rows so far, the nearest first.
#[derive(Debug)]
struct Nearest {
    found: Vec<(f64, u32)>,
    wanted: usize,
}

impl Nearest {
    /// The farthest of as many as are wanted: nothing behind it is among them.
    fn farthest(&self) -> (f64, u32) {
        self.found.get(self.wanted - 1).copied().unwrap_or((f64::INFINITY, u32::MAX))
    }

    /// Whether a row, or one of a box at least so far, would be among them.
    fn admits(&self, distance: f64, row: u32) -> bool {
        (distance, row) < self.farthest()
    }

    fn take(&mut self, distance: f64, row: u32) {
        if !self.admits(distance, row) {
            return;
        }
        if self.found.len() == self.wanted {
            self.found.pop();
        }
        let place = self.found.partition_point(|(other, at)| (*other, *at) < (distance, row));
        self.found.insert(place, (distance, row));
    }
}

impl Neighbours {
    pub(super) fn new(points: &[f64], width: usize) -> Self {
        let rows = points.len().checked_div(width).unwrap_or_default();
        let order = (0..u32::try_from(rows).unwrap_or(u32::MAX)).collect();
        let mut tree = Self { width, order, blocks: Vec::new(), nodes: Vec::new(), boxes: Vec::new() };
        if rows > 0 {
            tree.build(points, 0, rows);
            tree.blocks = blocks(points, width, &tree.order);
        }
        tree
    }

    /// Builds the node of these places of the order and those below it.
    fn build(&mut self, points: &[f64], begin: usize, end: usize) -> usize {
        let (node, width) = (self.nodes.len(), self.width);
        let mut bounds = vec![[f64::INFINITY, f64::NEG_INFINITY]; width];
        for row in &self.order[begin..end] {
            for (bound, value) in bounds.iter_mut().zip(&points[*row as usize * width..]) {
                *bound = [bound[0].min(*value), bound[1].max(*value)];
            }
        }
        let spreads = bounds.iter().map(|[least, greatest]| greatest - least).enumerate();
        let (column, spread) =
            spreads.fold((0, 0.0), |widest, one| if one.1 > widest.1 { one } else { widest });
        let first_row = self.order[begin..end].iter().min().copied().unwrap_or_default();
        self.nodes.push(Node { begin, end, first_row, halves: None });
        self.boxes.extend(bounds);
        if end - begin <= LEAF || spread == 0.0 {
            // Equal rows are taken in their order, so that all but the first few are left out at once.
            self.order[begin..end].sort_unstable();
            return node;
        }
        let middle = begin + ((end - begin) / 2).next_multiple_of(LANES);
        let value = |row: &u32| points[*row as usize * width + column];
        self.order[begin..end]
            .select_nth_unstable_by(middle - begin, |a, b| value(a).total_cmp(&value(b)).then(a.cmp(b)));
        let halves = [self.build(points, begin, middle), self.build(points, middle, end)];
        self.nodes[node].halves = Some(halves);
        node
    }

    /// The rows nearest to a point, `wanted` of them or as many as there are, the nearest first.
    pub(super) fn nearest(&self, point: &[f64], wanted: usize) -> Vec<u32> {
        let mut nearest = Nearest { found: Vec::with_capacity(wanted), wanted };
        if !self.nodes.is_empty() && wanted > 0 {
            self.search(0, self.distance_to_box(0, point), point, &mut nearest);
        }
        nearest.found.into_iter().map(|(_, row)| row).collect()
    }

    fn search(&self, node: usize, distance: f64, point: &[f64], nearest: &mut Nearest) {
        let Node { begin, end, first_row, halves } = &self.nodes[node];
        if !nearest.admits(distance, *first_row) {
            return;
        }
        let Some(halves) = halves else {
            return self.search_leaf(*begin, *end, point, nearest);
        };
        let mut both =
            halves.map(|half| (self.distance_to_box(half, point), self.nodes[half].first_row, half));
        if (both[1].0, both[1].1) < (both[0].0, both[0].1) {
            both.swap(0, 1);
        }
        for (distance, _, half) in both {
            self.search(half, distance, point, nearest);
        }
    }

    fn search_leaf(&self, begin: usize, end: usize, point: &[f64], nearest: &mut Nearest) {
        let equal = end - begin > LEAF;
        let blocks = self.blocks[begin / LANES * self.width..].chunks_exact(self.width);
        for (rows, block) in self.order[begin..end].chunks(LANES).zip(blocks) {
            let distances = distances(block, point, nearest.farthest().0);
            if equal && !nearest.admits(distances[0], rows[0]) {
                return;
            }
            for (row, distance) in rows.iter().zip(distances) {
                nearest.take(distance, *row);
            }
        }
    }

    /// No row of the node is nearer.
    fn distance_to_box(&self, node: usize, point: &[f64]) -> f64 {
        let bounds = &self.boxes[node * self.width..][..self.width];
        let outside = |([least, greatest], q): (&[f64; 2], &f64)| (least - q).max(q - greatest).max(0.0);
        squares(bounds.iter().zip(point).map(outside))
    }
}

/// The rows in this order in blocks, column by column. What the last block lacks is zero and no row.
fn blocks(points: &[f64], width: usize, order: &[u32]) -> Vec<[f64; LANES]> {
    let mut blocks = vec![[0.0; LANES]; order.len().div_ceil(LANES) * width];
    for (rows, block) in order.chunks(LANES).zip(blocks.chunks_exact_mut(width)) {
        for (lane, row) in rows.iter().enumerate() {
            for (column, value) in block.iter_mut().zip(&points[*row as usize * width..]) {
                column[lane] = *value;
            }
        }
    }
    blocks
}

/// Of each row of a block, summed over the columns in their order. Where all are farther than `reach` before the last column they
/// may be less than they are: a sum of squares never falls, so they are farther all the same.
fn distances(block: &[[f64; LANES]], point: &[f64], reach: f64) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (columns, values) in block.chunks(STRIDE).zip(point.chunks(STRIDE)) {
        for (column, q) in columns.iter().zip(values) {
            for (sum, x) in sums.iter_mut().zip(column) {
                let difference = q - x;
                *sum += difference * difference;
            }
        }
        if sums.iter().all(|sum| *sum > reach) {
            break;
        }
    }
    sums
}

/// Added in order: of the same numbers always the same sum.
fn squares(differences: impl Iterator<Item = f64>) -> f64 {
    differences.fold(0.0, |sum, difference| sum + difference * difference)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All rows, one by one.
    fn by_hand(points: &[f64], width: usize, point: &[f64], wanted: usize) -> Vec<u32> {
        let rows = points.chunks_exact(width).map(|row| squares(row.iter().zip(point).map(|(x, q)| q - x)));
        let mut rows: Vec<(f64, u32)> = rows.zip(0..).collect();
        rows.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
        rows.into_iter().take(wanted).map(|(_, row)| row).collect()
    }

    /// Few distinct values, so that ties are the rule, beside many.
    fn numbers(count: usize) -> impl Strategy<Value = Vec<f64>> {
        let few = prop::collection::vec((0..3_i8).prop_map(f64::from), count);
        let many = prop::collection::vec(-1e6..1e6_f64, count);
        let tiny = prop::collection::vec((0..9_i8).prop_map(|n| 0.1 * f64::from(n)), count);
        prop_oneof![few, many, tiny]
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_a_search_of_all_rows_finds((width, points, asked) in (1..20_usize, 0..300_usize)
            .prop_flat_map(|(width, rows)| (Just(width), numbers(width * rows), numbers(width * 5))))
        {
            let tree = Neighbours::new(&points, width);
            for (point, wanted) in asked.chunks_exact(width).zip([1, 5, 5, 7, 0]) {
                prop_assert_eq!(tree.nearest(point, wanted), by_hand(&points, width, point, wanted));
            }
            for point in points.chunks_exact(width).take(20) {
                prop_assert_eq!(tree.nearest(point, 5), by_hand(&points, width, point, 5));
            }
        }

        /// Behind the columns that are summed before a block is given up.
        #[test]
        fn rows_that_differ_in_their_last_column_alone_are_told_apart(last in prop::collection::vec(-1..=1_i8, 20..300)) {
            let width = STRIDE + 1;
            let mut points = vec![0.0; last.len() * width];
            for (row, value) in points.chunks_exact_mut(width).zip(last) {
                row[STRIDE] = f64::from(value);
            }
            let (tree, point) = (Neighbours::new(&points, width), [0.0; STRIDE + 1]);
            prop_assert_eq!(tree.nearest(&point, 5), by_hand(&points, width, &point, 5));
        }
    }

    #[test]
    fn of_many_equal_rows_the_first_are_the_nearest() {
        let points = vec![1.0; 200_000];
        let tree = Neighbours::new(&points, 2);
        for _ in 0..1000 {
            assert_eq!(tree.nearest(&[1.0, 1.0], 5), [0, 1, 2, 3, 4]);
        }
    }

    #[test]
    fn of_nothing_nothing_is_near() {
        assert_eq!(Neighbours::new(&[], 3).nearest(&[0.0; 3], 5), Vec::<u32>::new());
    }
}
