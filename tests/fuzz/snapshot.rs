//! Accepted results, as a merge or somebody's hand may leave them.

use gradbook::pipeline::{self, Failure, Request, Silent, Status};

use super::course::{BLOCKS, fenced, folder, rendered, request, said, titled};

/// Returns whether the snapshot could be read.
pub(crate) fn snapshot(data: &[u8]) -> bool {
    let text = titled(&[BLOCKS[8], BLOCKS[6]].map(fenced).join("\n"));
    let folder = folder([("lessons/a.md", text.as_bytes()), ("lessons/snapshots/a.yaml", data)]);
    let request = Request { untrusted: false, ..request(&folder) };
    let computed = pipeline::compute(&request, &Silent);
    let mut computed = computed.unwrap_or_else(|failure| panic!("{}", said(&failure)));
    let review = match pipeline::review(&mut computed) {
        Ok(review) => review,
        Err(Failure::Machine(fault)) => {
            assert!(fault.to_string().contains("UTF-8"), "{fault}");
            return false;
        }
        Err(failure) => panic!("{}", said(&failure)),
    };
    drop(rendered(&review.found, computed.sources()));
    let is_readable = !review.experiments.iter().any(|reviewed| reviewed.status == Status::Unreadable);

    // What is accepted is what stands there from then on.
    let accepted = pipeline::accept(&computed, &review);
    accepted.unwrap_or_else(|failure| panic!("{}", said(&failure)));
    let again = pipeline::review(&mut computed).unwrap_or_else(|failure| panic!("{}", said(&failure)));
    assert!(again.orphans.is_empty() && again.sentences.is_empty());
    for reviewed in &again.experiments {
        assert_eq!(reviewed.status, Status::Equal, "{}", reviewed.title);
    }
    is_readable
}
