//! The binary: see [`gradbook`] for the pipeline.

fn main() -> std::process::ExitCode {
    gradbook::cli::main()
}
