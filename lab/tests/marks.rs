//! A mark in a place of its own, through public means alone: what is here is all that a new one takes.

use gradbook_lab::chart::{
    Along, Around, Axis, Color, Column, Columns, Description, Figure, Ghost, KeyEntry, Layout, Mark, Needs,
    Panel, Plot, Point, Reading, Rows, Sample, Shape, Side, Spot, Spots, Stroke, rounded,
};

/// Stems: a line from 0 up to each point, and a dot upon it.
#[derive(Debug)]
struct Stems {
    points: Vec<Point>,
    name: String,
}

impl Mark for Stems {
    fn reach(&self, needs: &mut Needs) {
        needs.hold((0.0, 0.0));
        self.points.iter().for_each(|&point| needs.hold(point));
        needs.y.grounded = true;
        needs.dots.extend(&self.points);
    }

    fn draw(&self, plot: &Plot) {
        for &(x, y) in &self.points {
            plot.path(&[(x, plot.y_or_low(0.0)), (x, y)], Stroke::new(Color::Series(2), 1.5));
        }
    }

    fn annotate(&self, plot: &Plot, around: &Around) {
        for &point in &self.points {
            plot.dot(point, 4.0, Shape::Circle, false, Color::Series(2));
        }
        assert_eq!(around.dots.len(), self.points.len());
        plot.text(self.points[0], "first", Side::Above, Color::Ink);
    }

    fn describe(&self, _: &Axis, _: &Axis) -> Description {
        let sentence = format!("{}: {} stems.", self.name, self.points.len());
        Description::new(self.points.iter().copied(), Some(sentence))
    }

    fn key(&self) -> Vec<KeyEntry> {
        vec![KeyEntry::new(&self.name, Color::Series(2), Sample::Dot(Shape::Circle, false))]
    }

    fn columns(&self, _: &Axis, y: &Axis) -> Columns {
        let cells = self.points.iter().map(|&(at, height)| (at, rounded(height, y.format))).collect();
        Columns { rows: Rows::X, columns: vec![Column { name: self.name.clone(), cells }] }
    }

    fn ghost(&self) -> Ghost {
        Ghost::None
    }

    fn readings(&self, _: &Axis, _: &Axis) -> Vec<Reading> {
        let spots = self.points.iter().map(|&point| Spot::new(point));
        vec![Reading::Spots(Spots::new(Some(&self.name), Color::Series(2), Along::X, spots))]
    }
}

#[test]
fn a_mark_of_elsewhere_is_drawn_told_and_listed() {
    let stems = Stems { points: vec![(1.0, 2.0), (3.0, 5.0)], name: "stems".into() };
    let panel = Panel::new(Axis::linear("x"), Axis::linear("height")).mark(stems);
    let figure = Figure::new("stems", "Stems", "How high they are.").panel(panel);

    let svg = figure.svg("page", Layout::Wide, false);
    assert_eq!(
        svg.matches("<circle class=\"s2").count(),
        3,
        "a dot for each point and one in the key: {svg}"
    );
    assert!(svg.contains("'x':[1,3],'y':[2,5]"), "it answers when pointed at: {svg}");
    assert!(svg.contains(">first<") && svg.contains(">stems<"), "{svg}");
    assert_eq!(
        figure.describe(),
        "How high they are. Across: x, from 1 to 3. Up: height, from 0 to 5. stems: 2 stems."
    );
    let table = &figure.tables()[0];
    assert_eq!(table.header, ["x", "stems"]);
    assert_eq!(table.rows, [["1", "2"], ["3", "5"]]);
}
