//! A made-up course: three lessons in two chapters, two experiments, every element of prose.

use super::*;

/// All pages of a site, its search index and what else belongs to it, but for the files of experiments.
pub(crate) fn pages(templates: &Templates, site: &Site) -> Result<Output, TemplateError> {
    let pages = Pages::new(templates, site);
    let lessons: Vec<&PageView> = site.chapters.iter().flat_map(|chapter| &chapter.lessons).collect();
    let mut output = pages.others()?;
    let entries = lessons.iter().map(|page| search::entry(page));
    output.insert(search::FILE.into(), search::script(entries, "en", &[]));
    for lesson in lessons {
        output.insert(format!("{}.html", lesson.slug), pages.lesson(lesson)?);
    }
    Ok(output)
}

/// The course, and the files of its experiments.
pub(crate) fn course(templates: &Templates) -> Result<(Site, Output), TemplateError> {
    let optimizers = optimizers();
    let dropout = dropout();
    let mut files = Output::new();
    for experiment in [&optimizers, &dropout] {
        for figure in &experiment.figures {
            files.insert(figure.file.clone(), standalone(&figure.svg_wide).into_bytes());
        }
        for path in [&experiment.provenance.json, &experiment.provenance.csv].into_iter().flatten() {
            files.insert(path.clone(), b"{}\n".to_vec());
        }
    }
    let first = PageView {
        slug: "optimizers".into(),
        title_html: "Four ways down the same hill".into(),
        title_text: "Four ways down the same hill".into(),
        summary_html:
            "Momentum, RMSprop and Adam on one network with one set of initial weights, and what each \
                       of them is good for."
                .into(),
        tags: vec!["optimization".into(), "Adam".into()],
        source_path: "lessons/1-optimization/01-optimizers.md".into(),
        body_html: optimizers_body(&templates.experiment(&optimizers)?),
        headings: headings(&[
            (2, "the-hill", "The hill"),
            (2, "momentum", "Momentum"),
            (3, "bias", "Bias correction of <em>v</em>"),
            (2, "the-experiment", "The experiment"),
            (2, "every-element", "Every element"),
            (3, "tables", "Tables"),
            (3, "code", "Code"),
            (3, "lists", "Lists and definitions"),
        ]),
        thumbnail: Some("optimizers/four_optimizers-loss.svg".into()),
        preview: None,
        ..PageView::default()
    };
    let second = PageView {
        slug: "learning-rate-decay".into(),
        title_html: "Learning-rate decay, <code>α</code> over time".into(),
        title_text: "Learning-rate decay, α over time".into(),
        summary_html: "A rate that shrinks.".into(),
        body_html: "<p>A short lesson with one paragraph and no headings.</p>".into(),
        ..PageView::default()
    };
    let third = PageView {
        slug: "dropout".into(),
        title_html: "Dropout: learning to do without".into(),
        title_text: "Dropout: learning to do without".into(),
        summary_html: "Why switching off units at random narrows the gap between train and dev: here from \
                       <span class=\"value\" title=\"0.0871\">8.7%</span> to \
                       <span class=\"value\" title=\"0.0312\">3.1%</span>."
            .into(),
        tags: vec!["regularization".into()],
        source_path: "lessons/2-regularization/01-dropout.md".into(),
        body_html: format!(
            "<p>A network that overfits.</p>\n<h2 id=\"gap\">The gap</h2>\n{}<h2 id=\"why\">Why</h2>\n<p>Because.</p>",
            templates.experiment(&dropout)?
        ),
        headings: headings(&[(2, "gap", "The gap"), (2, "why", "Why")]),
        thumbnail: Some("dropout/dropout_gap-gap.svg".into()),
        preview: None,
        ..PageView::default()
    };
    let site = Site {
        course: CourseView {
            title: "Training deep networks".into(),
            description:
                "A course in practical deep learning in which every number and every chart was computed, \
                          on real data, when the page was built."
                    .into(),
            author: "A. Writer".into(),
            language: "en".into(),
            base_url: Some("https://example.org/course".into()),
            repository: Some("https://github.com/example/course".into()),
            license: "CC BY 4.0".into(),
            theme: Theme::Auto,
            ..CourseView::default()
        },
        chapters: vec![
            ChapterView {
                title: "Optimization".into(),
                description: "From plain descent to Adam.".into(),
                lessons: vec![first, second],
            },
            ChapterView { title: "Regularization".into(), lessons: vec![third], ..ChapterView::default() },
        ],
        chart_css: CHART_CSS.into(),
        ..Site::default()
    };
    Ok((site, files))
}

const CHART_CSS: &str = "\
.sample text { font: 13px var(--sans); fill: var(--muted); }
.sample .rule { stroke: var(--rule); }
.sample path { fill: none; stroke-width: 2; }
.sample .a { stroke: #2a78c2; fill: none; } .sample text.a { fill: #2a78c2; stroke: none; }
.sample .b { stroke: #d1701c; fill: none; } .sample text.b { fill: #d1701c; stroke: none; }
";

fn headings(list: &[(u8, &str, &str)]) -> Vec<HeadingView> {
    let heading =
        |&(level, id, html): &(u8, &str, &str)| HeadingView { level, id: id.into(), html: html.into() };
    list.iter().map(heading).collect()
}

/// Two curves that fall, the second faster.
fn chart(width: u32, height: u32) -> String {
    let (right, bottom) = (f64::from(width) - 80.0, f64::from(height) - 30.0);
    let curve = |rate: f64| {
        let point = |step: i32| {
            let t = f64::from(step) / 40.0;
            let y =
                20.0 + (bottom - 30.0) * (1.0 - 1.0 / (1.0 + rate * t)) + 3.0 * f64::from(step * 7 % 5) / 5.0;
            format!("{:.1} {y:.1}", 40.0 + (right - 40.0) * t)
        };
        (0..=40).map(point).collect::<Vec<_>>().join("L")
    };
    let mut rules = String::new();
    for step in 0..5 {
        let y = 20.0 + (bottom - 20.0) * f64::from(step) / 4.0;
        rules += &format!("<path class=\"rule\" style=\"stroke-width:1\" d=\"M40 {y:.1}H{right}\"/>");
        rules += &format!("<text x=\"32\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", y + 4.0, 8 - 2 * step);
    }
    format!(
        "<svg class=\"sample\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">\
         <title>Training loss</title>{rules}<path class=\"a\" d=\"M{}\"/><path class=\"b\" d=\"M{}\"/>\
         <text class=\"a\" x=\"{}\" y=\"{:.0}\">SGD</text><text class=\"b\" x=\"{}\" y=\"{:.0}\">Adam</text>\
         <text x=\"40\" y=\"{}\">0</text><text x=\"{right}\" y=\"{}\" text-anchor=\"end\">30 epochs</text></svg>",
        curve(1.5),
        curve(9.0),
        right + 8.0,
        bottom * 0.6,
        right + 8.0,
        bottom * 0.9,
        height - 8,
        height - 8,
    )
}

fn standalone(svg: &str) -> String {
    let colors = ":root{--sans:sans-serif;--muted:#666;--rule:#ddd}\
                  @media(prefers-color-scheme:dark){:root{--muted:#aaa;--rule:#444}}";
    let (open, rest) = svg.split_once('>').expect("an element");
    format!("{open}><style>{colors}{CHART_CSS}</style>{rest}\n")
}

fn figure(slug: &str, id: &str, name: &str, title: &str) -> FigureView {
    let header = ["epoch", "SGD", "Adam"].map(str::to_owned).to_vec();
    let row = |epoch: i32| {
        let loss = 2.3 / f64::from(1 + epoch);
        vec![epoch.to_string(), format!("{loss:.4}"), format!("{:.4}", loss * 0.6)]
    };
    FigureView {
        number: Some("1.1".into()),
        name: name.into(),
        title: title.into(),
        svg_wide: chart(720, 380),
        svg_narrow: Some(chart(360, 300)),
        alt: "Line chart of the training loss over 30 epochs. SGD ends at 0.07, Adam at 0.04.".into(),
        file: format!("{slug}/{id}-{name}.svg"),
        tables: vec![TableView::new(title.into(), header, (0..=30).map(row).collect())],
    }
}

fn cell(text: &str, spread: &str, best: bool) -> CellView {
    let (exact, spread) = (Some(format!("{text}1234567")), (!spread.is_empty()).then(|| spread.into()));
    CellView { text: text.into(), spread, exact, best, ..CellView::default() }
}

fn optimizers() -> ExperimentView {
    let column = |label: &str, explanation: &str| ColumnView {
        label: label.into(),
        explanation: explanation.into(),
        numeric: true,
        spread_width: 5,
    };
    let setting = |path: &str, value: &str, default: bool| SettingView {
        path: path.into(),
        value: value.into(),
        default,
    };
    ExperimentView {
        is_figure: false,
        id: "four_optimizers".into(),
        kind: "optimizers".into(),
        title_html: "Four optimizers, one network".into(),
        caption_html: "<p>Adam ends at a training loss of <span class=\"value\" title=\"0.0414\">0.041</span>, plain \
                       gradient descent at <span class=\"value\" title=\"0.0733\">0.073</span>. Bands span the middle \
                       half of ten seeds.</p>"
            .into(),
        alt: String::new(),
        show: vec!["figures".into(), "claims".into()],
        beside: false,
        figures: vec![
            figure("optimizers", "four_optimizers", "loss", "Training loss by epoch"),
            figure("optimizers", "four_optimizers", "accuracy", "Dev accuracy by epoch"),
        ],
        results: Some(ResultsView {
            number: Some("1.1".into()),
            axis: "optimizer".into(),
            columns: vec![
                column("train loss", "Mean cross-entropy of the training part after the last epoch"),
                column("dev loss", ""),
                column("dev accuracy", ""),
                column("test accuracy", ""),
                column("epochs to 0.1", ""),
            ],
            rows: vec![
                ResultRow {
                    label: "SGD".into(),
                    cells: vec![
                        cell("0.0733", "0.004", false),
                        cell("0.142", "0.011", false),
                        cell("95.8%", "0.6", false),
                        cell("95.5%", "0.7", false),
                        cell("21.4", "1.2", false),
                    ],
                },
                ResultRow {
                    label: "Adam".into(),
                    cells: vec![
                        cell("0.0414", "0.003", true),
                        cell("0.119", "0.009", true),
                        cell("96.9%", "0.5", true),
                        cell("96.8%", "0.4", true),
                        cell("8.1", "0.7", true),
                    ],
                },
            ],
            note: "Mean and standard deviation over 10 seeds; the best of each column in bold.".into(),
        }),
        claims: vec![
            ClaimView {
                says_html: "Adam gets lower than plain gradient descent in the same number of epochs".into(),
                that: "adam.train_loss < sgd.train_loss".into(),
                holds: true,
                held: 10,
                seeds: 10,
                required: 9,
                by_seed: vec![true; 10],
                evidence: Some("0.041 against 0.073: 0.032 lower (0.024 to 0.041)".into()),
                has_interval: true,
                doubts: vec![],
            },
            ClaimView {
                says_html: "RMSprop is within <em>1%</em> of Adam".into(),
                that: "abs(rmsprop.dev_accuracy - adam.dev_accuracy) < 0.01".into(),
                holds: false,
                held: 6,
                seeds: 10,
                required: 10,
                by_seed: (0..10).map(|seed| seed < 6).collect(),
                evidence: None,
                has_interval: false,
                doubts: vec![],
            },
        ],
        live: None,
        provenance: Provenance {
            source: Some(
                "kind: optimizers\nid: four_optimizers\nseeds: 10\ndata: {name: digits}\nmodel: {hidden: [64, 32], \
                 activation: relu, init: he}\ntraining: {epochs: 30, batch_size: 64, learning_rate: 0.01}\n\
                 compare: [sgd, momentum, rmsprop, {adam: {learning_rate: 0.001}}]\n"
                    .into(),
            ),
            settings: vec![
                setting("data.name", "digits", false),
                setting("data.normalize", "standard", true),
                setting("split.train", "60%", true),
                setting("model.hidden", "[64, 32]", false),
                setting("training.epochs", "30", false),
                setting("training.optimizer.adam.beta1", "0.9", true),
            ],
            seeds: (0..10).collect(),
            data: vec![DataSourceView {
                name: "digits".into(),
                description: "1797 handwritten digits of 8 by 8 pixels".into(),
                citation: "E. Alpaydin, C. Kaynak. Optical Recognition of Handwritten Digits. UCI, 1998.".into(),
                license: "CC BY 4.0".into(),
                url: Some("https://doi.org/10.24432/C50P49".into()),
            }],
            runs: 40,
            parameters: Some(6570),
            multiply_adds: Some(12_345_678_900),
            digest: "9f2c6b1e0a7d4c3f8b5e2a1d9c8f7e6b5a4d3c2b1f0e9d8c7b6a5f4e3d2c1b0a".into(),
            json: Some("optimizers/four_optimizers.json".into()),
            csv: Some("optimizers/four_optimizers.csv".into()),
            notebook: Some("optimizers/four_optimizers.ipynb".into()),
        },
    }
}

/// One run, no seeds, no source, no narrow chart: what may be missing is missing.
fn dropout() -> ExperimentView {
    ExperimentView {
        id: "dropout_gap".into(),
        kind: "dropout".into(),
        show: vec!["figures".into(), "claims".into()],
        beside: false,
        figures: vec![FigureView {
            svg_narrow: None,
            alt: String::new(),
            tables: Vec::new(),
            ..figure("dropout", "dropout_gap", "gap", "Gap by keep probability")
        }],
        claims: vec![ClaimView {
            says_html: "The gap narrows".into(),
            that: "keep_0_5.gap < keep_1.gap".into(),
            holds: true,
            held: 1,
            seeds: 1,
            required: 1,
            by_seed: vec![true],
            evidence: None,
            has_interval: false,
            doubts: vec!["one seed only".into()],
        }],
        provenance: Provenance { seeds: vec![0], runs: 3, ..Provenance::default() },
        ..ExperimentView::default()
    }
}

fn math(latex: &str, display: math_core::MathDisplay) -> String {
    let converter = math_core::LatexToMathML::new(math_core::MathCoreConfig::default()).expect("no macros");
    converter.convert_with_local_state(latex, display).map(|converted| converted.mathml).expect("sample math")
}

fn optimizers_body(experiment: &str) -> String {
    let inline = |latex| math(latex, math_core::MathDisplay::Inline);
    let block = |latex| math(latex, math_core::MathDisplay::Block);
    let cost = block(
        r"J(W, b) = \frac{1}{m} \sum_{i=1}^{m} \mathcal{L}\bigl(\hat{y}^{(i)}, y^{(i)}\bigr) + \frac{\lambda}{2m} \sum_{l=1}^{L} \lVert W^{[l]} \rVert_F^2",
    );
    let momentum = block(
        r"\begin{aligned} v &:= \beta v + (1-\beta)\,\mathrm{d}W \\ W &:= W - \alpha \frac{v}{1-\beta^t} \end{aligned}",
    );
    let long = block(
        r"\operatorname{softmax}(z)_j = \frac{e^{z_j}}{\sum_{k=1}^{C} e^{z_k}}, \quad f'(x) \approx \frac{f(x+\varepsilon)-f(x-\varepsilon)}{2\varepsilon}, \quad \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}\begin{bmatrix} x_1 \\ x_2 \end{bmatrix} = \begin{cases} 0 & x < 0 \\ x & \text{otherwise} \end{cases}",
    );
    let layer = inline(r"a^{[l]} = g^{[l]}\bigl(W^{[l]} a^{[l-1]} + b^{[l]}\bigr)");
    let alpha = inline(r"\alpha");
    let root = inline(r"\sqrt{\hat{s}} + \varepsilon");
    format!(
        r##"<p>Gradient descent has one idea: walk downhill. On a long narrow valley it walks mostly <em>across</em>, from one slope to the other, and hardly at all along the floor. Everything in this lesson is a cure for that. A layer computes {layer}, and training looks for the weights that make the cost small.<sup class="footnote-reference"><a href="#1">1</a></sup></p>
<h2 id="the-hill">The hill</h2>
<p>The cost is a mean over the examples, with the penalty of the <a href="dropout.html">lesson on regularization</a>:</p>
<p>{cost}</p>
<p>With a learning rate {alpha} of <span class="value" title="0.01">0.01</span> plain descent needs <span class="value" title="21.4">21.4</span> epochs to get under 0.1; Adam needs <span class="value" title="8.1">8.1</span>.</p>
<blockquote class="markdown-alert-note"><p class="markdown-alert-title">Note</p><p>All four share their initial weights, their batches and their split: only the <code>optimizer</code> varies.</p></blockquote>
<h2 id="momentum">Momentum</h2>
<p>Averaging over the last steps cancels what goes back and forth and keeps what goes on:</p>
<p>{momentum}</p>
<h3 id="bias">Bias correction of <em>v</em></h3>
<p>The division by {root} makes every parameter move at its own speed. It is <strong>not</strong> a detail: without the correction the first steps are ten times too short. See <a href="#experiment-four_optimizers">the experiment</a>.</p>
<h2 id="the-experiment">The experiment</h2>
{experiment}<p>What to take from it: Adam is a good first choice, and the gap at the end is smaller than it looks on the way.</p>
<blockquote class="markdown-alert-tip"><p class="markdown-alert-title">Tip</p><p>Try a learning rate ten times as large.</p></blockquote>
<blockquote class="markdown-alert-important"><p class="markdown-alert-title">Important</p><p>Compare at the same number of epochs.</p></blockquote>
<blockquote class="markdown-alert-warning"><p class="markdown-alert-title">Warning</p><p>The dev set was used to choose: it is <em>optimistic</em>.</p><ul><li>one</li><li>two</li></ul></blockquote>
<blockquote class="markdown-alert-caution"><p class="markdown-alert-title">Caution</p><p>Never tune on the test set.</p></blockquote>
<h2 id="every-element">Every element</h2>
<blockquote><p>All models are wrong, but some are useful.</p><p>George Box</p></blockquote>
<p>{long}</p>
<h3 id="tables">Tables</h3>
<table><thead><tr><th>Optimizer</th><th style="text-align: right">Loss</th><th style="text-align: right">Epochs</th><th>Remark</th></tr></thead><tbody>
<tr><td>SGD</td><td style="text-align: right"><span class="value" title="0.0733">0.0733</span></td><td style="text-align: right">21</td><td>slow and steady</td></tr>
<tr><td><code>momentum</code></td><td style="text-align: right">0.0521</td><td style="text-align: right">12</td><td>{alpha} as for SGD, and a long remark that makes this table wider than a phone</td></tr>
<tr><td>Adam</td><td style="text-align: right">0.0414</td><td style="text-align: right">8</td><td>the default</td></tr>
</tbody></table>
<h3 id="code">Code</h3>
<p>Press <kbd>Ctrl</kbd> + <kbd>C</kbd>, or run <code>gradbook build lessons</code>:</p>
<pre><code class="language-python">def momentum(w, grad, v, beta=0.9, alpha=0.01):
    v = beta * v + (1 - beta) * grad(w)   # an exponentially weighted average, over about ten steps
    return w - alpha * v, v
</code></pre>
<h3 id="lists">Lists and definitions</h3>
<ol><li><p>A loose item with a paragraph.</p></li><li><p>Another one:</p><ul><li>tight</li><li>nested <ul><li>twice</li></ul></li></ul></li></ol>
<ul><li><input disabled="" type="checkbox" checked=""/> a task that is done</li><li><input disabled="" type="checkbox"/> one that is not, <del>cancelled</del></li></ul>
<dl><dt>Epoch</dt><dd>One pass over the training set.</dd><dt>Batch</dt><dd>The examples of one step. Polish: <i lang="pl">część zbioru uczącego, żółć</i>.</dd></dl>
<hr/>
<p><img src="optimizers/four_optimizers-loss.svg" alt="The same chart as an image" width="320"/> stands in a line.<sup class="footnote-reference"><a href="#2">2</a></sup></p>
<div class="footnote-definition" id="1"><sup class="footnote-definition-label">1</sup><p>Of the training set; how well they do elsewhere is another question, see <a href="https://example.org/book">a book</a>.</p></div>
<div class="footnote-definition" id="2"><sup class="footnote-definition-label">2</sup><p>Short.</p></div>
"##
    )
}
