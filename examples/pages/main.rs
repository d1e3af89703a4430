//! Renders a made-up course with every element a page can have, to look at while working on templates:
//! `cargo run --example pages -- FOLDER`

use gradbook::site::*;

mod sample;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: pages FOLDER")?;
    let templates = Templates::default();
    let (site, files) = sample::course(&templates)?;
    let mut output = templates.site(&site)?;
    output.extend(files);
    let published = publish(folder.as_ref(), output, "lessons".as_ref())?;
    println!("{} files written, {} unchanged", published.written, published.unchanged);
    Ok(())
}
