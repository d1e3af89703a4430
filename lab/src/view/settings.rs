//! The settings of an experiment as its reader sees them: all that have an effect, whether they were written or not.

use super::SettingView;
use crate::block::Block;
use crate::experiment::{flat, in_effect};

/// Returns every setting by its path; one that differs between variants lists its values.
pub(super) fn settings(block: &Block) -> Vec<SettingView> {
    let variants = block.plan.variants();
    let mut views: Vec<SettingView> = Vec::new();
    for (index, variant) in variants.iter().enumerate() {
        let tree = in_effect(block.kind, block.plan.as_ref(), index, block.facts[index].as_ref());
        for (path, value) in flat(&tree, 2) {
            let default = variant.tree.get(&path).is_none();
            match views.iter_mut().find(|view| view.path == path) {
                None => views.push(SettingView { path, value, default }),
                Some(view) => {
                    if view.value.split(" | ").all(|known| known != value) {
                        view.value = format!("{} | {value}", view.value);
                    }
                    view.default &= default;
                }
            }
        }
    }
    views
}
