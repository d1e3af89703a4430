//! Two made-up courses that author's templates are tried on before anything runs: one in which every field holds
//! something, and one in which every field that may be empty is.

use crate::site::view::{
    CellView, ChapterView, ClaimView, ColumnView, ComputedView, CourseView, DataSourceView, ExperimentView,
    FigureView, FrameView, HeadingView, LiveView, PageView, PolicyView, Provenance, ResultRow, ResultsView,
    SettingView, Site, TableView, Theme,
};

fn text() -> String {
    "text".to_owned()
}

/// Returns a course where everything is there, of some things twice.
pub(super) fn full() -> (Site, ExperimentView) {
    let course = CourseView {
        title: text(),
        description: text(),
        author: text(),
        language: "en".into(),
        direction: "rtl".into(),
        base_url: Some("https://example.org/".into()),
        repository: Some("https://example.org/course".into()),
        license: text(),
        theme: Theme::Dark,
        policy: PolicyView { text: Some(text()), live: Some(text()), gives_way: true },
        logo: "files/logo.png".into(),
        embedded_logo: String::new(),
    };
    let heading = HeadingView { level: 2, id: "id".into(), html: text() };
    let lesson = |slug: &str| PageView {
        slug: slug.into(),
        number: Some(7),
        title_html: text(),
        title_text: text(),
        summary_html: text(),
        tags: vec![text(), text()],
        date: "2024-05-31".into(),
        authors: vec![text(), text()],
        estimated_time: text(),
        minutes: 12,
        prerequisites: vec!["a".into(), "b".into()],
        outside: false,
        file: "01-a.md".into(),
        source_path: "lessons/01-a.md".into(),
        body_html: text(),
        headings: vec![heading.clone(), HeadingView { level: 3, ..heading.clone() }],
        thumbnail: Some("a/b-c.svg".into()),
        preview: Some("a/preview.png".into()),
        needs_more: true,
        live: true,
    };
    let chapter =
        ChapterView { title: text(), description: text(), lessons: ["a", "b", "c"].map(lesson).to_vec() };
    let pages =
        vec![PageView { outside: true, ..lesson("about") }, PageView { outside: true, ..lesson("imprint") }];
    let frame = FrameView { head_html: text(), footer_html: text() };
    let chart_css = String::new();
    let computed = ComputedView { experiments: 1, runs: 2, multiply_adds: 3 };
    let site = Site { course, chapters: vec![chapter.clone(), chapter], pages, frame, computed, chart_css };
    (site, experiment())
}

/// Returns a course where nothing is there that need not be.
pub(super) fn bare() -> (Site, ExperimentView) {
    let chapter = ChapterView { lessons: vec![PageView::default()], ..ChapterView::default() };
    let site = Site { chapters: vec![chapter], ..Site::default() };
    (site, ExperimentView::default())
}

fn experiment() -> ExperimentView {
    let column = ColumnView { label: text(), explanation: text(), numeric: true, spread_width: 4 };
    let cell = CellView {
        text: text(),
        pad: text(),
        spread: Some(text()),
        range: Some(text()),
        exact: Some(text()),
        best: true,
    };
    let row = ResultRow { label: text(), cells: vec![cell, CellView::default()] };
    let columns = vec![column, ColumnView::default()];
    let table = TableView { caption: text(), columns: columns.clone(), rows: vec![vec![text(), text()]; 2] };
    let figure = FigureView {
        name: text(),
        number: Some(text()),
        title: text(),
        svg_wide: text(),
        svg_narrow: Some(text()),
        alt: text(),
        file: text(),
        tables: vec![table.clone(), table],
    };
    let claim = ClaimView {
        says_html: text(),
        that: text(),
        holds: true,
        held: 9,
        seeds: 10,
        required: 8,
        by_seed: vec![true, false],
        evidence: Some(text()),
        has_interval: true,
        doubts: vec![text(), text()],
    };
    ExperimentView {
        is_figure: false,
        id: "id".into(),
        kind: text(),
        title_html: text(),
        caption_html: text(),
        alt: text(),
        show: ["figures", "claims", "table"].map(str::to_owned).to_vec(),
        beside: true,
        figures: vec![figure, FigureView::default()],
        results: Some(ResultsView {
            number: Some(text()),
            axis: text(),
            columns,
            rows: vec![row.clone(), row],
            note: text(),
        }),
        claims: vec![claim, ClaimView::default()],
        live: Some(LiveView { file: text(), seconds: 1.5, runs: 2 }),
        provenance: provenance(),
    }
}

fn provenance() -> Provenance {
    let setting = SettingView { path: text(), value: text(), default: true };
    let source = DataSourceView {
        name: text(),
        description: text(),
        citation: text(),
        license: text(),
        url: Some("https://example.org/".into()),
    };
    Provenance {
        source: Some(text()),
        settings: vec![setting, SettingView::default()],
        seeds: vec![0, 1],
        data: vec![source, DataSourceView::default()],
        runs: 2,
        parameters: Some(1),
        multiply_adds: Some(1),
        digest: text(),
        json: Some(text()),
        csv: Some(text()),
        notebook: Some(text()),
    }
}
