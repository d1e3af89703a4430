//! What a browser's parser sees in a page: its faults, its elements, where they point.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute, ExpandedName, ParseOpts, QualName, parse_document};

/// One start tag.
pub(crate) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// Of a script alone.
    pub text: String,
}

impl Element {
    pub(crate) fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
pub(crate) struct Page {
    pub faults: Vec<String>,
    pub elements: Vec<Element>,
}

pub(crate) fn parse(html: &str) -> Page {
    let sink = Sink::default();
    parse_document(sink, ParseOpts::default()).one(html)
}

#[derive(Default)]
struct Sink {
    page: RefCell<Page>,
    quirks: Cell<bool>,
    nodes: Cell<usize>,
}

impl Sink {
    fn node(&self, name: QualName) -> Rc<(usize, QualName)> {
        self.nodes.set(self.nodes.get() + 1);
        Rc::new((self.nodes.get(), name))
    }

    fn nameless(&self) -> Rc<(usize, QualName)> {
        self.node(QualName::new(None, "".into(), "".into()))
    }
}

/// Keeps no tree: the parser's own stack of open elements is enough to find faults.
impl TreeSink for Sink {
    type Handle = Rc<(usize, QualName)>;
    type Output = Page;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Page {
        let mut page = self.page.into_inner();
        if self.quirks.get() {
            page.faults.push("quirks mode".into());
        }
        page
    }

    fn parse_error(&self, message: Cow<'static, str>) {
        self.page.borrow_mut().faults.push(message.into_owned());
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Self::Handle {
        let attributes =
            attributes.iter().map(|one| (one.name.local.to_string(), one.value.to_string())).collect();
        let element = Element { name: name.local.to_string(), attributes, text: String::new() };
        self.page.borrow_mut().elements.push(element);
        self.node(name)
    }

    fn elem_name<'a>(&'a self, target: &'a Self::Handle) -> ExpandedName<'a> {
        target.1.expanded()
    }

    fn same_node(&self, x: &Self::Handle, y: &Self::Handle) -> bool {
        x.0 == y.0
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.quirks.set(mode != QuirksMode::NoQuirks);
    }

    fn get_document(&self) -> Self::Handle {
        self.nameless()
    }

    fn get_template_contents(&self, target: &Self::Handle) -> Self::Handle {
        target.clone()
    }

    fn create_comment(&self, _: StrTendril) -> Self::Handle {
        self.nameless()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Self::Handle {
        self.nameless()
    }

    fn append(&self, parent: &Self::Handle, child: NodeOrText<Self::Handle>) {
        let mut page = self.page.borrow_mut();
        if let NodeOrText::AppendText(text) = child
            && &*parent.1.local == "script"
            // None holds another: it is the last one.
            && let Some(script) = page.elements.iter_mut().rfind(|element| element.name == "script")
        {
            script.text.push_str(&text);
        }
    }

    fn append_before_sibling(&self, _: &Self::Handle, _: NodeOrText<Self::Handle>) {}
    fn append_based_on_parent_node(&self, _: &Self::Handle, _: &Self::Handle, _: NodeOrText<Self::Handle>) {}
    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}
    fn add_attrs_if_missing(&self, _: &Self::Handle, _: Vec<Attribute>) {}
    fn remove_from_parent(&self, _: &Self::Handle) {}
    fn reparent_children(&self, _: &Self::Handle, _: &Self::Handle) {}
}
