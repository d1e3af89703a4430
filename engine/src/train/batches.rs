//! Batches: every epoch all rows once, in a new random order, a few at a time.
//!
//! Of m rows in batches of B an epoch takes `ceil(m / B)` steps. Each follows the mean loss of its own rows, so that those of a
//! smaller last batch count for more than others; the order makes that a matter of chance. Some implementations can
//! leave that batch out (PyTorch's `drop_last`).
//!
//! Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 8.1.3.

use super::Augmenter;
use crate::data::{Labels, Part, Targets};
use crate::numeric::{Real, Stream};

/// Hands out the batches of epoch after epoch; it allocates nothing once made.
#[derive(Clone, Debug)]
pub struct Batches<R> {
    size: usize,
    order: Vec<u32>,
    stream: Stream,
    augmenter: Option<Augmenter>,
    x: Vec<R>,
    y: Labels<R>,
}

impl<R: Real> Batches<R> {
    /// Makes batches of `size` rows of a part; the last one of an epoch has what is left. The order comes from `stream`.
    ///
    /// # Panics
    /// If `size` is 0.
    pub fn new(part: &Part<R>, size: usize, stream: Stream) -> Self {
        assert!(size > 0, "a batch has rows");
        let size = size.min(part.len().max(1));
        Batches {
            size,
            order: (0..part.len() as u32).collect(),
            stream,
            augmenter: None,
            x: vec![R::ZERO; size * part.features()],
            y: match &part.y {
                Labels::Classes { count, .. } => Labels::Classes { indices: vec![0; size], count: *count },
                Labels::Values(_) => Labels::Values(vec![R::ZERO; size]),
            },
        }
    }

    /// Has every batch changed by `augmenter`; the part stays as it is.
    pub fn augmented(self, augmenter: Augmenter) -> Self {
        Batches { augmenter: Some(augmenter), ..self }
    }

    /// Passes once over all rows: hands over the features, row-major, and the labels of batch after batch.
    /// A single batch with all rows keeps their order: it has nothing to be random about.
    #[cfg_attr(gradbook_module, optimize(speed))]
    pub fn epoch(&mut self, part: &Part<R>, mut step: impl FnMut(&[R], Targets<R>)) {
        if self.size >= part.len() {
            let rows = part.rows(0..part.len());
            match &mut self.augmenter {
                _ if part.is_empty() => {}
                None => step(rows, part.y.all()),
                Some(augmenter) => {
                    self.x.copy_from_slice(rows);
                    augmenter.change(&mut self.x);
                    step(&self.x, part.y.all());
                }
            }
            return;
        }
        self.stream.shuffle(&mut self.order);
        let (features, all) = (part.features(), part.rows(0..part.len()));
        for rows in self.order.chunks(self.size) {
            let x = &mut self.x[..rows.len() * features];
            gather_rows(all, features, rows, x);
            if let Some(augmenter) = &mut self.augmenter {
                augmenter.change(x);
            }
            gather_labels(&part.y, rows, &mut self.y);
            step(x, self.y.rows(0..rows.len()));
        }
    }
}

#[cfg_attr(gradbook_module, optimize(speed))]
fn gather_rows<R: Real>(from: &[R], features: usize, rows: &[u32], to: &mut [R]) {
    if features == 2 {
        // Points of a plane, common and tiny: calling a copy routine for each would take longer than the copying.
        let (from, to) = (from.as_chunks::<2>().0, to.as_chunks_mut().0);
        to.iter_mut().zip(rows).for_each(|(to, &row)| *to = from[row as usize]);
        return;
    }
    for (to, &row) in to.chunks_exact_mut(features).zip(rows) {
        let start = row as usize * features;
        to.copy_from_slice(&from[start..start + features]);
    }
}

fn gather_labels<R: Real>(from: &Labels<R>, rows: &[u32], to: &mut Labels<R>) {
    match (from, to) {
        (Labels::Classes { indices: from, .. }, Labels::Classes { indices: to, .. }) => {
            to.iter_mut().zip(rows).for_each(|(to, &row)| *to = from[row as usize]);
        }
        (Labels::Values(from), Labels::Values(to)) => {
            to.iter_mut().zip(rows).for_each(|(to, &row)| *to = from[row as usize]);
        }
        _ => unreachable!("batches hold the labels of the part that they were made for"),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::super::Augment;
    use super::*;
    use crate::numeric::Streams;

    /// Row i is [i, 10 i] with value 100 i.
    fn part(rows: usize) -> Part<f64> {
        let x = Array2::from_shape_fn((rows, 2), |(i, j)| i as f64 * if j == 0 { 1.0 } else { 10.0 });
        Part::new(x, Labels::Values((0..rows).map(|i| 100.0 * i as f64).collect()))
    }

    /// The row numbers of each batch of an epoch, having checked that labels went with their rows.
    fn epoch(batches: &mut Batches<f64>, part: &Part<f64>) -> Vec<Vec<usize>> {
        let mut seen = Vec::new();
        batches.epoch(part, |x, targets| {
            let Targets::Values(values) = targets else { panic!("values") };
            assert_eq!(x.len(), 2 * values.len());
            for (row, value) in x.chunks_exact(2).zip(values) {
                assert_eq!((row[1], *value), (10.0 * row[0], 100.0 * row[0]));
            }
            seen.push(x.chunks_exact(2).map(|row| row[0] as usize).collect());
        });
        seen
    }

    #[test]
    fn every_row_comes_once_and_the_last_batch_has_the_rest() {
        let part = part(10);
        let mut batches = Batches::new(&part, 4, Streams::new(0).stream("batches"));
        let first = epoch(&mut batches, &part);
        assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
        let mut rows = first.concat();
        rows.sort_unstable();
        assert_eq!(rows, (0..10).collect::<Vec<_>>());
        assert_ne!(epoch(&mut batches, &part), first);
    }

    #[test]
    fn an_augmented_batch_leaves_the_part_as_it_is() {
        let part = part(6);
        let streams = Streams::new(0);
        let noise = Augment { noise: 0.01, ..Augment::default() };
        for size in [2, 6] {
            let plain = Batches::new(&part, size, streams.stream("batches"));
            let mut augmented = plain.clone().augmented(Augmenter::new(&noise, None, &streams));
            let (mut plain, mut first) = (plain, Vec::new());
            for epoch in 0..2 {
                let mut rows = Vec::new();
                plain.epoch(&part, |x, _| rows.extend_from_slice(x));
                let mut changed = Vec::new();
                augmented.epoch(&part, |x, _| changed.extend_from_slice(x));
                assert!(rows.iter().zip(&changed).all(|(a, b)| a != b && (a - b).abs() < 0.1));
                let noise: Vec<f64> = rows.iter().zip(&changed).map(|(a, b)| b - a).collect();
                assert!(epoch == 0 || noise != first, "an epoch has noise of its own");
                first = noise;
            }
        }
        assert_eq!(part, super::tests::part(6));
    }

    #[test]
    fn one_batch_of_all_rows_keeps_their_order() {
        for size in [5, 9] {
            let part = part(5);
            let mut batches = Batches::new(&part, size, Streams::new(0).stream("batches"));
            assert_eq!(epoch(&mut batches, &part), [[0, 1, 2, 3, 4]]);
        }
        let empty = part(0);
        let mut batches = Batches::new(&empty, 4, Streams::new(0).stream("batches"));
        assert!(epoch(&mut batches, &empty).is_empty());
    }
}
