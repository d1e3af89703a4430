//! Labels that do not collide: each as near to its wish as the others allow.

/// A label along a line: where its middle wants to be and how much room it needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wish {
    pub at: f64,
    pub size: f64,
}

/// Labels that touch, and the sum of what they want.
struct Cluster {
    members: Vec<usize>,
    size: f64,
    /// Where the cluster's start wants to be: the mean over its members.
    start: f64,
}

/// Middles that keep all labels apart and within `low..high`, moving them as little as possible in the sum of
/// squares (pool adjacent violators: labels that would overlap move as one, by the mean of their wishes).
/// If they need more room than there is they are spread evenly.
pub(crate) fn spread(wishes: &[Wish], low: f64, high: f64) -> Vec<f64> {
    let total: f64 = wishes.iter().map(|wish| wish.size).sum();
    let squeeze = if total > high - low && total > 0.0 { ((high - low) / total).max(0.0) } else { 1.0 };
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|&a, &b| wishes[a].at.total_cmp(&wishes[b].at).then(a.cmp(&b)));

    let mut clusters: Vec<Cluster> = Vec::new();
    for index in order {
        let size = wishes[index].size * squeeze;
        let start = (wishes[index].at - size / 2.0).clamp(low, (high - size).max(low));
        clusters.push(Cluster { members: vec![index], size, start });
        while let [.., above, below] = &mut clusters[..] {
            if above.start + above.size <= below.start + 1e-9 {
                break;
            }
            // a member of the lower one stands `above.size` after the joint start
            let (a, b) = (above.members.len() as f64, below.members.len() as f64);
            above.start = (above.start * a + (below.start - above.size) * b) / (a + b);
            above.size += below.size;
            above.start = above.start.clamp(low, (high - above.size).max(low));
            let members = std::mem::take(&mut below.members);
            above.members.extend(members);
            clusters.pop();
        }
    }
    let mut middles = vec![0.0; wishes.len()];
    for cluster in clusters {
        let mut at = cluster.start;
        for index in cluster.members {
            let size = wishes[index].size * squeeze;
            middles[index] = at + size / 2.0;
            at += size;
        }
    }
    middles
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn middles(wishes: &[f64], size: f64, high: f64) -> Vec<f64> {
        let wishes: Vec<Wish> = wishes.iter().map(|&at| Wish { at, size }).collect();
        spread(&wishes, 0.0, high)
    }

    #[test]
    fn labels_with_room_stay() {
        assert_eq!(middles(&[80.0, 20.0, 50.0], 10.0, 100.0), [80.0, 20.0, 50.0]);
    }

    #[test]
    fn touching_labels_part_evenly() {
        assert_eq!(middles(&[50.0, 50.0], 10.0, 100.0), [45.0, 55.0]);
        assert_eq!(middles(&[51.0, 49.0, 50.0], 10.0, 100.0), [60.0, 40.0, 50.0]);
    }

    #[test]
    fn nobody_leaves_the_page() {
        assert_eq!(middles(&[99.0, 99.0, 99.0], 10.0, 100.0), [75.0, 85.0, 95.0]);
        assert_eq!(middles(&[-20.0, 0.0], 10.0, 100.0), [5.0, 15.0]);
    }

    #[test]
    fn too_many_are_spread_evenly() {
        assert_eq!(middles(&[0.0, 0.0, 0.0, 0.0], 50.0, 100.0), [12.5, 37.5, 62.5, 87.5]);
    }

    proptest! {
        #[test]
        fn labels_never_overlap(wishes in prop::collection::vec(-50.0..350.0f64, 0..12)) {
            let mut middles = middles(&wishes, 16.0, 300.0);
            middles.sort_by(f64::total_cmp);
            prop_assert!(middles.windows(2).all(|pair| pair[1] - pair[0] > 15.999));
            prop_assert!(middles.iter().all(|middle| (8.0 - 1e-6..=292.0 + 1e-6).contains(middle)));
        }
    }
}
