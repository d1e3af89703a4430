//! Renders a made-up course with every element a page can have, to look at while working on templates:
//! `cargo run --example pages -- FOLDER`

use gradbook::site::*;
use gradbook::store::cache::Cache;

mod sample;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: pages FOLDER")?;
    let templates = Templates::default();
    let (site, files) = sample::course(&templates)?;
    let mut output = sample::pages(&templates, &site)?;
    output.extend(files);
    let output = output.into_iter().map(|(path, bytes)| (path, Content::of(bytes))).collect();
    let cache = Cache::none();
    let publication = Publication::open(folder.as_ref(), "lessons".as_ref(), &cache, &|| {})?;
    let published = publication.publish(output)?;
    println!("{} files written, {} unchanged", published.written, published.unchanged);
    Ok(())
}
