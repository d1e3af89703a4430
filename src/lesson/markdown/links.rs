//! Links and pictures, and the files that they use.

use std::ops::Range;

use pulldown_cmark::CowStr;

use super::Writer;
use crate::diagnostic::Diagnostic;
use crate::lesson::link::{self, Asset, LinkTarget};
use crate::lesson::picture::{self, Embedded, Picture};

impl<'t> Writer<'t> {
    pub(super) fn link(&mut self, dest: &CowStr<'t>, range: &Range<usize>) -> CowStr<'t> {
        let span = self.find(range, dest);
        if dest.is_empty() {
            let warning = Diagnostic::warning("this link leads nowhere", span);
            self.found.diagnostics.push(warning.label("expected an address between the parentheses"));
        }
        match link::resolve(self.scene.library, self.scene.folder, self.scene.slug, dest, false, span) {
            Ok(LinkTarget::Elsewhere(href)) => href.into(),
            Ok(LinkTarget::Page { href, anchor }) => {
                self.found.anchors.extend(anchor);
                href.into()
            }
            Ok(LinkTarget::File(asset, suffix)) => (self.asset(asset) + &suffix).into(),
            Ok(LinkTarget::Published { href, anchor, published }) => {
                self.found.anchors.push(anchor);
                self.found.published.push(published);
                href.into()
            }
            Err(error) => {
                self.found.diagnostics.push(error);
                "".into()
            }
        }
    }

    pub(super) fn image(&mut self, dest: &CowStr<'t>, range: &Range<usize>) -> CowStr<'t> {
        let span = self.find(range, dest);
        let path = dest.split(['#', '?']).next().unwrap_or_default();
        let is_there = || link::is_there(self.scene.library, self.scene.folder, path);
        if path.ends_with(".svg") && !dest.contains("//") && !is_there() {
            let target =
                link::resolve(self.scene.library, self.scene.folder, self.scene.slug, dest, true, span);
            if let Ok(LinkTarget::Published { href, anchor, published }) = target {
                self.found.anchors.push(anchor);
                self.found.published.push(published);
                return href.into();
            }
        }
        let found = if dest.is_empty() {
            Err(Diagnostic::error("this picture names no file", span)
                .label("expected a file beside the lesson"))
        } else if dest.contains("://") || dest.starts_with("//") || dest.starts_with("data:") {
            Err(Diagnostic::error("this image would be fetched from elsewhere", span)
                .label("expected a file beside the lesson")
                .hint("save the image beside the lesson and name that file"))
        } else {
            picture::picture(self.scene.library, self.scene.folder, dest, span)
        };
        match found {
            Ok(Picture::File(asset)) => self.asset(asset).into(),
            Ok(Picture::Embedded(drawing)) => self.embedded(drawing).into(),
            Err(error) => {
                self.found.diagnostics.push(error);
                "".into()
            }
        }
    }

    /// Notes that the page holds a drawing; its address until then.
    fn embedded(&mut self, drawing: Embedded) -> String {
        if self.is_title || self.in_heading {
            self.found.diagnostics.push(drawing.refused());
            return String::new();
        }
        let address = link::to_root(self.scene.slug) + &drawing.address;
        self.found.embedded.push(drawing);
        address
    }

    /// Notes that the page uses a file; its address.
    pub(super) fn asset(&mut self, asset: Asset) -> String {
        let address = link::to_root(self.scene.slug) + &link::address(&asset.output);
        if !self.found.assets.contains(&asset) {
            self.found.assets.push(asset);
        }
        address
    }
}
